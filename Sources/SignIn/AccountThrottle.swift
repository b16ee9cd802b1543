import Loyalty
import Synchronization

/// Slows down who guesses passwords and who registers without end, and bounds what one client has under way, for all event loops
/// together. Its counts are kept in memory alone: a restart forgets them. What it knows about logins, the database has too.
package final class AccountThrottle: Sendable {
    private struct State {
        var signIns: SignInLimits
        /// Nil where they are not limited.
        var registrations: BlockBackoff?
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
        var registrations: BlockBackoff?
        if policy.registrationsPerHourMax > 0 {
            registrations = BlockBackoff(
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

    /// By what a sign-in counts that shows a device, or none, and when its password is hashed.
    ///
    /// - Parameters:
    ///   - networkIsKnown: whether the database knows the network for the login.
    ///   - deviceIsKnown: whether it knows the device for the login.
    func turn(
        of login: Login, from network: ClientNetwork, isKnown networkIsKnown: Bool, showing device: Device?,
        isKnown deviceIsKnown: Bool
    ) -> HashingTurn {
        let now = clock()
        return state.withLock { state in
            if networkIsKnown { state.signIns.remember(login, from: .network(network), now: now) }
            if deviceIsKnown, let device { state.signIns.remember(login, from: .device(device), now: now) }
            let source = state.signIns.source(of: login, from: network, showing: device)
            return HashingTurn(
                source: source, network: network, isKnown: state.signIns.isKnown(login, from: source))
        }
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
            let wait = state.registrations?.wait(in: network.blocks, countsPending: false, now: now) ?? 0
            if wait == 0 {
                state.registrations?.begin(in: network.blocks, now: now)
                state.registrations?.end(in: network.blocks, counts: true, now: now)
            }
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
