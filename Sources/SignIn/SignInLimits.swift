import Loyalty

/// Who may try to sign in now, and who has to wait; pure, and driven by a clock of milliseconds that never steps back.
///
/// Failures are counted by login and source together, so that guessing one password is slow, and by network, so that trying
/// one password on many logins is; both also by the wider blocks around the network, so that the addresses of one site can't
/// take turns. A stranger's failures elsewhere are never the owner's: no count belongs to a login alone
/// (OWASP, "Authentication Cheat Sheet": a lock-out by login lets anybody lock out anybody).
///
/// Where a stranger shares the owner's network, behind one NAT, the owner's device tells them apart: one from which the login has
/// signed in before is a source of its own, which waits for its own failures alone. Whoever steals it is slowed as anybody.
///
/// Programs often keep no cookie. A network from which the login has signed in before is known for it: such attempts count by
/// themselves, wait for no other login's failures, and for a few seconds at most; and the owner's success forgets what the
/// stranger did. But for each try they compete with the stranger.
///
/// A login that does not exist is counted as any other.
struct SignInLimits: Sendable {
    /// An attempt that was let through; to be ended once.
    struct Attempt: Sendable {
        fileprivate let pair: Pair
        fileprivate let isKnown: Bool

        /// Whose failures it counts among, besides the pair's.
        fileprivate var strangersNetwork: ClientNetwork? {
            guard !isKnown, case .network(let network) = pair.source else { return nil }
            return network
        }
    }

    enum Outcome: Sendable {
        case succeeded, failed
        /// Nobody found out whether the password is right.
        case abandoned
    }

    fileprivate struct Pair: Hashable, Sendable {
        /// In place of up to 256 bytes. Two logins with one hash are counted together, which nobody can bring about: the hash has
        /// a key of the process.
        let loginHash: Int
        let source: AttemptSource
    }

    private static let countedPairsMax = 16_384
    private static let countedNetworksMax = 16_384
    /// Two for each sign-in from a new place.
    private static let knownPairsMax = 65_536
    /// The longest wait where the network is known.
    private static let knownNetworkDelayMaxMilliseconds: Int64 = 4000

    /// Nil where they are not limited.
    private var pairs: BackoffTable<Pair>?
    private var networks: BlockBackoff?
    /// By the hash of the login, in the blocks around a network from which it never signed in.
    private var widerPairs: BlockBackoff?
    /// Where logins have signed in from, and when last. Only a right password gets in here; over ``knownPairsMax`` the quarter
    /// that was not used for longest goes, and is then as any other.
    private var known: [Pair: Int64] = [:]

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

    /// By what an attempt counts that shows a device, or none: by a device that is known for the login, and not for another.
    func source(of login: Login, from network: ClientNetwork, showing device: Device?) -> AttemptSource {
        guard let device, known[Pair(loginHash: login.hashValue, source: .device(device))] != nil else {
            return .network(network)
        }
        return .device(device)
    }

    /// Whether the login has signed in from there before.
    func isKnown(_ login: Login, from source: AttemptSource) -> Bool {
        known[Pair(loginHash: login.hashValue, source: source)] != nil
    }

    mutating func begin(_ login: Login, from source: AttemptSource, now: Int64) -> Admission {
        let pair = Pair(loginHash: login.hashValue, source: source)
        let attempt = Attempt(pair: pair, isKnown: known[pair] != nil)
        // The owner's programs may sign in many times at once; what a stranger does there at once, the bound on what is under
        // way bounds.
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

    mutating func end(_ attempt: Attempt, _ outcome: Outcome, now: Int64) {
        let failed = outcome == .failed
        pairs?.end(attempt.pair, counts: failed, now: now, delayMaxMilliseconds: Self.delayMaxMilliseconds(of: attempt))
        if let network = attempt.strangersNetwork {
            networks?.end(in: network.blocks, counts: failed, now: now)
            widerPairs?.end(attempt.pair.loginHash, in: network.widerBlocks, counts: failed, now: now)
        }
        guard outcome == .succeeded else { return }
        pairs?.forget(attempt.pair, now: now)
        if let network = attempt.strangersNetwork {
            widerPairs?.forget(attempt.pair.loginHash, in: network.widerBlocks, now: now)
        }
        remember(attempt.pair, now)
    }

    /// A login has signed in from here, or was registered.
    mutating func remember(_ login: Login, from source: AttemptSource, now: Int64) {
        remember(Pair(loginHash: login.hashValue, source: source), now)
    }

    private static func delayMaxMilliseconds(of attempt: Attempt) -> Int64 {
        guard attempt.isKnown, case .network = attempt.pair.source else { return .max }
        return knownNetworkDelayMaxMilliseconds
    }

    private mutating func remember(_ pair: Pair, _ now: Int64) {
        if known.count >= Self.knownPairsMax, known[pair] == nil {
            for (oldest, _) in known.sorted(by: { $0.value < $1.value }).prefix(Self.knownPairsMax / 4) {
                known[oldest] = nil
            }
        }
        known[pair] = now
    }
}
