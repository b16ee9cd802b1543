import Loyalty

/// Decides for each sign-in attempt if it may proceed, and otherwise how long it has to wait. Pure, and driven by a
/// monotonic clock in milliseconds.
///
/// An attacker must not be able to guess passwords quickly, and must not be able to lock an owner out either. A count
/// by login alone would slow every guess, but it would let anyone lock out anyone (OWASP, "Authentication Cheat
/// Sheet"). A count by network alone would let an attacker with many networks guess one password from all of them. So
/// each failure is counted by several keys, none of which is a login alone:
///
/// 1. **Login and source.** Makes guessing one password slow. The source is a network or a device.
/// 2. **Network, and each wider block around it.** Makes trying one password on many logins slow. The addresses of one
///    site cannot take turns, because the site's block is counted too.
/// 3. **Login and each wider block.** Does the same for guesses of one login that take turns among the addresses of one
///    site.
///
/// Two kinds of sources are the owner's own, and are treated better:
///
/// - **A device** from which the login has signed in before. If a stranger shares the owner's network, behind a NAT for
///   example, only the device tells them apart. So it is a source of its own and waits only after its own failures. A
///   thief who steals a device is slowed like anyone else.
/// - **A network** from which the login has signed in before, for programs that keep no cookies. Its attempts are
///   counted by login and source only, never wait for other logins' failures, and wait a few seconds at most; a success
///   of the owner clears the failures of a stranger there. But for each attempt the owner competes with that stranger.
///
/// A login that does not exist is counted like any other.
struct SignInLimits: Sendable {
    /// An attempt that was admitted. Each must be ended once.
    struct Attempt: Sendable {
        fileprivate let pair: Pair
        fileprivate let isKnown: Bool

        /// The network whose counts the attempt belongs to, besides its pair's; `nil` if the login is known there.
        fileprivate var strangersNetwork: ClientNetwork? {
            guard !isKnown, case .network(let network) = pair.source else { return nil }
            return network
        }
    }

    enum AttemptResult: Sendable {
        case succeeded, failed
        /// The password was not checked to the end.
        case abandoned
    }

    fileprivate struct Pair: Hashable, Sendable {
        /// A hash in place of up to 256 bytes of the login. Two logins with the same hash would be counted together. An
        /// attacker cannot bring that about, because the hash has a key that differs for each process.
        let loginHash: Int
        let source: AttemptSource
    }

    private static let countedPairsMax = 16_384
    private static let countedNetworksMax = 16_384
    /// The longest wait of a login whose network is known.
    private static let knownNetworkDelayMaxMilliseconds: Int64 = 4000

    /// `nil` if failures of one login are not limited.
    private var pairs: BackoffTable<Pair>?
    private var networks: BlockBackoff?
    /// Counts by login, in the blocks around a network from which the login has never signed in.
    private var widerPairs: BlockBackoff?

    init(_ policy: ThrottlePolicy) {
        let delayMax = policy.delaySecondsMax * 1000
        if policy.failuresPerLoginMax > 0 {
            pairs = BackoffTable(
                freePerHour: policy.failuresPerLoginMax, burstMax: policy.burstMax, delayMaxMilliseconds: delayMax,
                keysMax: Self.countedPairsMax)
            widerPairs = BlockBackoff(
                freePerHour: policy.failuresPerLoginMax, burstMax: policy.burstMax, delayMaxMilliseconds: delayMax,
                keysMax: Self.countedPairsMax)
        }
        if policy.failuresPerNetworkMax > 0 {
            networks = BlockBackoff(
                freePerHour: policy.failuresPerNetworkMax, burstMax: policy.burstMax, delayMaxMilliseconds: delayMax,
                keysMax: Self.countedNetworksMax)
        }
    }

    enum Admission: Sendable {
        case admitted(Attempt)
        case refused(waitMilliseconds: Int64)
    }

    /// Admits an attempt and counts it as in progress, or refuses it.
    ///
    /// - Parameter isKnown: True if, by the database, the login has signed in from this source before. It is asked for
    ///   each attempt, so that a place that was forgotten there is a stranger's at once.
    mutating func begin(_ login: Login, from source: AttemptSource, isKnown: Bool, now: Int64) -> Admission {
        begin(loginHash: login.hashValue, from: source, isKnown: isKnown, now: now)
    }

    /// - Parameter loginHash: of a hash whose key no client knows.
    mutating func begin(loginHash: Int, from source: AttemptSource, isKnown: Bool, now: Int64) -> Admission {
        let attempt = Attempt(pair: Pair(loginHash: loginHash, source: source), isKnown: isKnown)
        let pair = attempt.pair
        // Attempts in progress do not count at a known source, because the owner's programs may sign in many times at
        // once. A stranger there is bounded by the limit on attempts in progress.
        var wait = pairs?.wait(for: pair, countsPending: !attempt.isKnown, now: now) ?? 0
        if let network = attempt.strangersNetwork {
            wait = max(wait, networks?.wait(in: network.blocks, countsPending: false, now: now) ?? 0)
            let widerWait = widerPairs?.wait(
                of: pair.loginHash, in: network.widerBlocks, countsPending: true, now: now)
            wait = max(wait, widerWait ?? 0)
        }
        guard wait == 0 else { return .refused(waitMilliseconds: wait) }
        pairs?.begin(pair, now: now)
        if let network = attempt.strangersNetwork {
            networks?.begin(in: network.blocks, now: now)
            widerPairs?.begin(pair.loginHash, in: network.widerBlocks, now: now)
        }
        return .admitted(attempt)
    }

    mutating func end(_ attempt: Attempt, _ result: AttemptResult, now: Int64) {
        let failed = result == .failed
        pairs?.end(attempt.pair, counts: failed, now: now, delayMaxMilliseconds: Self.delayMaxMilliseconds(of: attempt))
        if let network = attempt.strangersNetwork {
            networks?.end(in: network.blocks, counts: failed, now: now)
            widerPairs?.end(attempt.pair.loginHash, in: network.widerBlocks, counts: failed, now: now)
        }
        guard result == .succeeded else { return }
        pairs?.forget(attempt.pair, now: now)
        if let network = attempt.strangersNetwork {
            widerPairs?.forget(attempt.pair.loginHash, in: network.widerBlocks, now: now)
        }
    }

    private static func delayMaxMilliseconds(of attempt: Attempt) -> Int64 {
        guard attempt.isKnown, case .network = attempt.pair.source else { return .max }
        return knownNetworkDelayMaxMilliseconds
    }
}
