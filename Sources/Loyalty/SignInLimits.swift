/// Who may try to sign in now, and who has to wait; pure, and driven by a clock of milliseconds that never steps back.
///
/// Failures are counted by login and network together, so that guessing one password is slow, and by network, so that trying
/// one password on many logins is. A stranger's failures elsewhere are never the owner's: no count belongs to a login alone
/// (OWASP, "Authentication Cheat Sheet": a lock-out by login lets anybody lock out anybody).
///
/// Where a stranger shares the owner's network, behind one NAT, the server can't tell them apart. A network from which the
/// login has signed in before is known for it: such attempts count by themselves, wait for no other login's failures, and
/// for a few seconds at most; and the owner's success forgets what the stranger did.
///
/// A login that does not exist is counted as any other.
struct SignInLimits: Sendable {
    /// An attempt that was let through; to be ended once.
    struct Attempt: Sendable {
        fileprivate let pair: Pair
        fileprivate let isFromKnownNetwork: Bool
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
        let network: ClientNetwork
    }

    private static let countedPairsMax = 16_384
    private static let countedNetworksMax = 16_384
    private static let knownPairsMax = 32_768
    /// The longest wait where the network is known.
    private static let knownDelayMaxMilliseconds: Int64 = 4000

    /// Nil where they are not limited.
    private var pairs: BackoffTable<Pair>?
    private var networks: BackoffTable<ClientNetwork>?
    /// Where logins have signed in from, and when last. Only a right password gets in here; over ``knownPairsMax`` the quarter
    /// that was not used for longest goes, and is then as any other.
    private var known: [Pair: Int64] = [:]

    init(_ policy: ThrottlePolicy) {
        let delayMax = policy.delaySecondsMax * 1000
        if policy.failuresPerLoginMax > 0 {
            pairs = BackoffTable(
                freePerHour: policy.failuresPerLoginMax, delayMaxMilliseconds: delayMax, keysMax: Self.countedPairsMax)
        }
        if policy.failuresPerNetworkMax > 0 {
            networks = BackoffTable(
                freePerHour: policy.failuresPerNetworkMax, delayMaxMilliseconds: delayMax,
                keysMax: Self.countedNetworksMax)
        }
    }

    enum Admission: Sendable {
        case admitted(Attempt)
        case refused(waitMilliseconds: Int64)
    }

    mutating func begin(_ login: Login, from network: ClientNetwork, now: Int64) -> Admission {
        let pair = Pair(loginHash: login.hashValue, network: network)
        let isKnown = known[pair] != nil
        // The owner's programs may sign in many times at once; what a stranger does there at once, the hasher's queue bounds.
        var wait = pairs?.wait(for: pair, countsPending: !isKnown, now: now) ?? 0
        if !isKnown { wait = max(wait, networks?.wait(for: network, countsPending: false, now: now) ?? 0) }
        guard wait == 0 else { return .refused(waitMilliseconds: wait) }
        pairs?.begin(pair, now: now)
        if !isKnown { networks?.begin(network, now: now) }
        return .admitted(Attempt(pair: pair, isFromKnownNetwork: isKnown))
    }

    mutating func end(_ attempt: Attempt, _ outcome: Outcome, now: Int64) {
        let failed = outcome == .failed
        pairs?.end(
            attempt.pair, counts: failed, now: now,
            delayMaxMilliseconds: attempt.isFromKnownNetwork ? Self.knownDelayMaxMilliseconds : .max)
        if !attempt.isFromKnownNetwork { networks?.end(attempt.pair.network, counts: failed, now: now) }
        guard outcome == .succeeded else { return }
        pairs?.forget(attempt.pair, now: now)
        remember(attempt.pair, now)
    }

    /// A login has signed in from here, or was registered.
    mutating func remember(_ login: Login, from network: ClientNetwork, now: Int64) {
        remember(Pair(loginHash: login.hashValue, network: network), now)
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
