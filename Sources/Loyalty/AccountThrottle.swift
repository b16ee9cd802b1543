import Synchronization

/// Slows down who guesses passwords and who registers without end, for all event loops together. It is kept in memory alone: a
/// restart forgets it.
package final class AccountThrottle: Sendable {
    private struct State {
        var signIns: SignInLimits
        /// Nil where they are not limited.
        var registrations: BackoffTable<ClientNetwork>?
    }

    private static let registeringNetworksMax = 16_384

    private let state: Mutex<State>
    private let clock: @Sendable () -> Int64

    /// `clock` tells milliseconds and never steps back.
    package init(_ policy: ThrottlePolicy, clock: @escaping @Sendable () -> Int64) {
        var registrations: BackoffTable<ClientNetwork>?
        if policy.registrationsPerHourMax > 0 {
            registrations = BackoffTable(
                freePerHour: policy.registrationsPerHourMax, delayMaxMilliseconds: policy.delaySecondsMax * 1000,
                keysMax: Self.registeringNetworksMax)
        }
        state = Mutex(State(signIns: SignInLimits(policy), registrations: registrations))
        self.clock = clock
    }

    /// Runs `verify`, which tells whether a password is the login's, unless too many have failed; throws
    /// ``LoyaltyError/tooManyFailures(retryAfterSeconds:)`` then, and what `verify` throws.
    func verifying(
        _ login: Login, from network: ClientNetwork, _ verify: () async throws(LoyaltyError) -> Bool
    ) async throws(LoyaltyError) -> Bool {
        let attempt = try begin(login, from: network)
        var outcome = SignInLimits.Outcome.abandoned
        defer { state.withLock { $0.signIns.end(attempt, outcome, now: clock()) } }
        let matches = try await verify()
        outcome = matches ? .succeeded : .failed
        return matches
    }

    /// Counts a registration; throws ``LoyaltyError/tooManyRegistrations(retryAfterSeconds:)``.
    func countRegistration(from network: ClientNetwork) throws(LoyaltyError) {
        let now = clock()
        let wait = state.withLock { state in
            let wait = state.registrations?.wait(for: network, countsPending: false, now: now) ?? 0
            if wait == 0 { state.registrations?.count(network, now: now) }
            return wait
        }
        guard wait == 0 else { throw .tooManyRegistrations(retryAfterSeconds: Self.seconds(wait)) }
    }

    /// A login that was registered here is its owner's.
    func noteRegistration(of login: Login, from network: ClientNetwork) {
        state.withLock { $0.signIns.remember(login, from: network, now: clock()) }
    }

    private func begin(_ login: Login, from network: ClientNetwork) throws(LoyaltyError) -> SignInLimits.Attempt {
        switch state.withLock({ $0.signIns.begin(login, from: network, now: clock()) }) {
        case .admitted(let attempt): return attempt
        case .refused(let wait): throw .tooManyFailures(retryAfterSeconds: Self.seconds(wait))
        }
    }

    /// Rounded up: who comes when told to is let in.
    private static func seconds(_ milliseconds: Int64) -> Int { Int((milliseconds + 999) / 1000) }
}

/// What an owner may set about it; 0 is no limit.
package struct ThrottlePolicy: Sendable {
    /// Failed sign-ins an hour, of one login from one network, that nobody waits for.
    package let failuresPerLoginMax: Int
    /// Failed sign-ins an hour from one network that nobody waits for.
    package let failuresPerNetworkMax: Int
    /// Registrations an hour from one network that nobody waits for.
    package let registrationsPerHourMax: Int
    /// The longest wait.
    package let delaySecondsMax: Int64

    package init(
        failuresPerLoginMax: Int, failuresPerNetworkMax: Int, registrationsPerHourMax: Int, delaySecondsMax: Int64
    ) {
        precondition(delaySecondsMax > 0 && delaySecondsMax <= 86_400, "a wait ends within a day")
        self.failuresPerLoginMax = failuresPerLoginMax
        self.failuresPerNetworkMax = failuresPerNetworkMax
        self.registrationsPerHourMax = registrationsPerHourMax
        self.delaySecondsMax = delaySecondsMax
    }
}
