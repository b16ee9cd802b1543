import Synchronization

/// Slows down who guesses passwords and who registers without end, and bounds what one client has under way, for all event loops
/// together. It is kept in memory alone: a restart forgets it.
package final class AccountThrottle: Sendable {
    private struct State {
        var signIns: SignInLimits
        /// Nil where they are not limited.
        var registrations: BackoffTable<ClientNetwork>?
        /// How much each has under way that takes a hash; none is zero.
        var hashing: [AttemptSource: Int] = [:]
    }

    private static let registeringNetworksMax = 16_384

    /// By when one of those under way is done.
    private static let overloadedRetryAfterSeconds = 1

    private let hashingPerSourceMax: Int
    private let state: Mutex<State>
    private let clock: @Sendable () -> Int64

    /// `clock` tells milliseconds and never steps back.
    package init(_ policy: ThrottlePolicy, clock: @escaping @Sendable () -> Int64) {
        var registrations: BackoffTable<ClientNetwork>?
        if policy.registrationsPerHourMax > 0 {
            registrations = BackoffTable(
                freePerHour: policy.registrationsPerHourMax, burstMax: policy.burstMax,
                delayMaxMilliseconds: policy.delaySecondsMax * 1000, keysMax: Self.registeringNetworksMax)
        }
        state = Mutex(State(signIns: SignInLimits(policy), registrations: registrations))
        hashingPerSourceMax = policy.hashingPerSourceMax
        self.clock = clock
    }

    /// Runs `body`, which hashes passwords, unless as much of the source's is under way as may be: a burst is no way around what
    /// is free, and one client does not fill the hasher's queue. Throws ``LoyaltyError/overloaded(retryAfterSeconds:)`` then, and
    /// what `body` throws.
    func hashing<Value: Sendable>(
        from source: AttemptSource, _ body: () async throws(LoyaltyError) -> Value
    ) async throws(LoyaltyError) -> Value {
        guard beginHashing(from: source) else {
            throw .overloaded(retryAfterSeconds: Self.overloadedRetryAfterSeconds)
        }
        defer { endHashing(from: source) }
        return try await body()
    }

    func beginHashing(from source: AttemptSource) -> Bool {
        state.withLock { state in
            let count = state.hashing[source, default: 0]
            guard hashingPerSourceMax == 0 || count < hashingPerSourceMax else { return false }
            state.hashing[source] = count + 1
            return true
        }
    }

    func endHashing(from source: AttemptSource) {
        state.withLock { state in
            guard let count = state.hashing[source], count > 0 else { preconditionFailure("what ends was begun") }
            state.hashing[source] = count == 1 ? nil : count - 1
        }
    }

    /// By what a sign-in counts that shows a device, or none.
    func source(of login: Login, from network: ClientNetwork, showing device: Device?) -> AttemptSource {
        state.withLock { $0.signIns.source(of: login, from: network, showing: device) }
    }

    /// Runs `verify`, which tells whether a password is the login's, unless too many have failed; throws
    /// ``LoyaltyError/tooManyFailures(retryAfterSeconds:)`` then, and what `verify` throws.
    func verifying(
        _ login: Login, from source: AttemptSource, _ verify: () async throws(LoyaltyError) -> Bool
    ) async throws(LoyaltyError) -> Bool {
        let attempt = try begin(login, from: source)
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

    /// The login has signed in, or was registered, from there and on this device: they are its owner's.
    func remember(_ login: Login, from network: ClientNetwork, on device: Device) {
        let now = clock()
        state.withLock { state in
            state.signIns.remember(login, from: .network(network), now: now)
            state.signIns.remember(login, from: .device(device), now: now)
        }
    }

    private func begin(_ login: Login, from source: AttemptSource) throws(LoyaltyError) -> SignInLimits.Attempt {
        switch state.withLock({ $0.signIns.begin(login, from: source, now: clock()) }) {
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
    /// Sign-ins, changes of a password and registrations together that one network, or one device, may have under way.
    package let hashingPerSourceMax: Int

    /// What a burst is where nothing bounds it but the hasher's queue, which is as long by default.
    private static let burstMaxDefault = 256

    /// As many may fail at once.
    var burstMax: Int { hashingPerSourceMax > 0 ? hashingPerSourceMax : Self.burstMaxDefault }

    package init(
        failuresPerLoginMax: Int, failuresPerNetworkMax: Int, registrationsPerHourMax: Int, delaySecondsMax: Int64,
        hashingPerSourceMax: Int
    ) {
        precondition(delaySecondsMax > 0 && delaySecondsMax <= 86_400, "a wait ends within a day")
        self.failuresPerLoginMax = failuresPerLoginMax
        self.failuresPerNetworkMax = failuresPerNetworkMax
        self.registrationsPerHourMax = registrationsPerHourMax
        self.delaySecondsMax = delaySecondsMax
        self.hashingPerSourceMax = hashingPerSourceMax
    }
}
