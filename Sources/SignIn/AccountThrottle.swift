import Loyalty
import Storage
import Synchronization

/// Slows down clients that guess passwords or register without end, and keeps one client from filling the hasher's
/// queue.
///
/// No single counter does that. A counter by login lets anyone lock out the owner; a counter by network lets an
/// attacker with many networks guess one password from all of them; and both come too late for a burst, whose attempts
/// all begin before the first has failed. So there are five:
///
/// | what is counted | by | keeps a client from |
/// | --- | --- | --- |
/// | failed sign-ins | login and source: a network, a device or a session | guessing one password |
/// | failed sign-ins | network, and each wider block around it | trying one password on many logins |
/// | failed sign-ins | login and each wider block | guessing one password from a whole site |
/// | registrations | network, and each wider block around it | making accounts, or probing for logins, without end |
/// | hashes in progress | source | sending a burst, or filling the hasher's queue |
///
/// The first three are in ``SignInLimits``, which also says how an owner who shares a network with an attacker still
/// gets in. A counter has free failures per hour, and then a wait that doubles (``BackoffTable``). Wider blocks have
/// more free failures than the networks in them (``BlockBackoff``).
///
/// All event loops share one throttle. The counters are in memory only, and a restart clears them. If several servers
/// share the store, each tells the others what it counted (``SharedAttempt``). Only the database knows from which
/// places each login has signed in.
package final class AccountThrottle: Sendable {
    private struct Counts {
        var signIns: SignInLimits
        /// `nil` if registrations are not limited.
        var registrations: BlockBackoff?
        /// The number of hashes that each source has in progress; sources without any are left out.
        var hashing: [AttemptSource: Int] = [:]

        mutating func noteRegistration(in network: ClientNetwork, now: Int64) {
            registrations?.begin(in: network.blocks, now: now)
            registrations?.end(in: network.blocks, counts: true, now: now)
        }
    }

    private static let registeringNetworksMax = 16_384

    /// One of the hashes in progress will have finished by then.
    private static let overloadedRetryAfterSeconds = 1

    private let hashingPerSourceMax: Int
    private let counts: Mutex<Counts>
    private let clock: MonotonicClock
    /// `nil` if no other server shares the store.
    private let exchange: (any AttemptExchange)?
    private let digest: @Sendable ([UInt8]) -> [UInt8]

    /// - Parameters:
    ///   - exchange: The connection to the other servers of the store; `nil` if there are none.
    ///   - digest: A cryptographic hash, under which logins are sent to other servers. It is called only if there is an
    ///     exchange.
    ///   - clock: A monotonic clock in milliseconds.
    package init(
        _ policy: ThrottlePolicy, exchange: (any AttemptExchange)? = nil,
        digest: @escaping @Sendable ([UInt8]) -> [UInt8] = { $0 }, clock: @escaping MonotonicClock
    ) {
        var registrations: BlockBackoff?
        if policy.registrationsPerHourMax > 0 {
            registrations = BlockBackoff(
                freePerHour: policy.registrationsPerHourMax, burstMax: policy.burstMax,
                delayMaxMilliseconds: policy.delaySecondsMax * 1000, keysMax: Self.registeringNetworksMax)
        }
        counts = Mutex(Counts(signIns: SignInLimits(policy), registrations: registrations))
        hashingPerSourceMax = policy.hashingPerSourceMax
        self.clock = clock
        (self.exchange, self.digest) = (exchange, digest)
        exchange?.subscribe { [weak self] bytes in
            if let attempt = SharedAttempt(bytes) { self?.count(attempt) }
        }
    }

    /// Runs `body`, which hashes a password, unless `source` already has `hashingPerSourceMax` hashes in progress. The
    /// limit keeps a burst of parallel attempts from outrunning the failure count, and one client from filling the
    /// hasher's queue.
    ///
    /// - Throws: ``LoyaltyError/overloaded(retryAfterSeconds:)`` at the limit, or whatever `body` throws.
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
        counts.withLock { counts in
            let count = counts.hashing[source, default: 0]
            guard hashingPerSourceMax == 0 || count < hashingPerSourceMax else { return false }
            counts.hashing[source] = count + 1
            return true
        }
    }

    func endHashing(from source: AttemptSource) {
        counts.withLock { counts in
            guard let count = counts.hashing[source], count > 0 else {
                preconditionFailure("endHashing without beginHashing")
            }
            counts.hashing[source] = count == 1 ? nil : count - 1
        }
    }

    /// Runs `verify`, which returns true if a password is the login's, unless the source has to wait after too many
    /// failures. Counts the result.
    ///
    /// - Parameter isKnown: True if, by the database, the login has signed in from this source before.
    /// - Throws: ``LoyaltyError/tooManyFailures(retryAfterSeconds:)`` if the source has to wait, or whatever `verify`
    ///   throws.
    func verifying(
        _ login: Login, from source: AttemptSource, isKnown: Bool, _ verify: () async throws(LoyaltyError) -> Bool
    ) async throws(LoyaltyError) -> Bool {
        let attempt = try begin(login, from: source, isKnown: isKnown)
        var result = SignInLimits.AttemptResult.abandoned
        defer { counts.withLock { $0.signIns.end(attempt, result, now: clock()) } }
        let matches = try await verify()
        result = matches ? .succeeded : .failed
        if exchange != nil {
            announce(.signIn(loginDigest(login), source, isKnown: isKnown, hasSucceeded: matches))
        }
        return matches
    }

    /// Counts a registration.
    ///
    /// - Throws: ``LoyaltyError/tooManyRegistrations(retryAfterSeconds:)`` if the network has to wait.
    func countRegistration(from network: ClientNetwork) throws(LoyaltyError) {
        let now = clock()
        let wait = counts.withLock { counts in
            let wait = counts.registrations?.wait(in: network.blocks, countsPending: false, now: now) ?? 0
            if wait == 0 {
                counts.noteRegistration(in: network, now: now)
            }
            return wait
        }
        if wait == 0 { announce(.registration(network)) }
        guard wait == 0 else { throw .tooManyRegistrations(retryAfterSeconds: Self.seconds(wait)) }
    }

    private func begin(
        _ login: Login, from source: AttemptSource, isKnown: Bool
    ) throws(LoyaltyError) -> SignInLimits.Attempt {
        let hash = exchange == nil ? login.hashValue : loginDigest(login).hashValue
        switch counts.withLock({ $0.signIns.begin(loginHash: hash, from: source, isKnown: isKnown, now: clock()) }) {
        case .admitted(let attempt): return attempt
        case .refused(let wait): throw .tooManyFailures(retryAfterSeconds: Self.seconds(wait))
        }
    }

    private func announce(_ attempt: SharedAttempt) {
        if let exchange, let bytes = attempt.bytes { exchange.announce(bytes) }
    }

    /// Counts an attempt of another server, which has admitted it.
    private func count(_ attempt: SharedAttempt) {
        let now = clock()
        counts.withLock { counts in
            switch attempt {
            case .registration(let network): counts.noteRegistration(in: network, now: now)
            case .signIn(let login, let source, let isKnown, let hasSucceeded):
                let admission = counts.signIns.begin(
                    loginHash: login.hashValue, from: source, isKnown: isKnown, now: now)
                // A source that has to wait here already needs no further count.
                guard case .admitted(let attempt) = admission else { return }
                counts.signIns.end(attempt, hasSucceeded ? .succeeded : .failed, now: now)
            }
        }
    }

    private func loginDigest(_ login: Login) -> [UInt8] {
        Array(digest(Array(login.text.utf8)).prefix(SharedAttempt.loginDigestBytes))
    }

    /// Rounds up, so that a client that waits as long as it was told is let in.
    private static func seconds(_ milliseconds: Int64) -> Int { Int((milliseconds + 999) / 1000) }
}
