import Loyalty
import Posix
import Synchronization

/// Verifies passwords on the calling thread, so that a failure takes the same time for each login.
///
/// Hashes that came from another server may have other kinds, and so take another time. As long as a store has them, a
/// failure does the work of one hash of each kind: the kind of the login's own hash, and all others with hashes that
/// no password matches.
///
/// Until the store has told the kinds, a failure does the work of the login's own hash, of a hash of this server's own
/// kind, and of each kind that sign-ins have met. An unknown login and one with such a hash then take the same time;
/// the first login with a hash of another kind takes longer, which reveals that it exists. This remains so if the store
/// does not answer in time. Only the failure that asks waits for the answer, whatever its login is: if all did, a store
/// that hangs would keep all customers from signing in.
final class PasswordVerifier: Sendable {
    enum Failure: Error {
        case outOfMemory
        /// libcrypt is needed and can't be loaded; the log says so.
        case noLibrary
    }

    let argon2: Argon2
    private let log: Log
    private let otherKinds: @Sendable (Cancellation) -> Set<PasswordHash.Kind>?
    private let clock: @Sendable () -> Int64
    private let cancellation = Cancellation()
    private let state = Mutex(State())

    /// The least time between a question that the store could not answer and the next one. An answer takes the store a
    /// read of all users, and may take a thread of the hasher some seconds.
    static let askAgainMilliseconds: Int64 = 60_000

    /// The most kinds that are remembered from sign-ins, each of which adds to the work of a failure. A store tells as
    /// many at most.
    private static let seenMax = 8

    private struct State {
        /// The kinds of the store's hashes, as soon as a failure has asked for them.
        var kinds: Set<PasswordHash.Kind>?
        /// The kinds of the hashes that were verified before the store has told the kinds.
        var seen: Set<PasswordHash.Kind> = []
        /// True while a thread asks for them.
        var isAsking = false
        /// The time from which on the store may be asked.
        var mayAskAt = Int64.min
        var isLibraryMissed = false
    }

    /// - Parameters:
    ///   - clock: the time of a monotonic clock, in milliseconds.
    ///   - otherKinds: Asks the store for the kinds of its hashes that `argon2` does not make; `nil` if the store can't
    ///     tell now. It is called on one thread at a time.
    init(
        _ argon2: Argon2, log: Log, clock: @escaping @Sendable () -> Int64 = SystemClock.monotonicMilliseconds,
        otherKinds: @escaping @Sendable (Cancellation) -> Set<PasswordHash.Kind>?
    ) {
        (self.argon2, self.log, self.clock, self.otherKinds) = (argon2, log, clock, otherKinds)
    }

    /// Cancels the question to the store, and all later ones.
    func stopAsking() {
        cancellation.cancel()
    }

    /// Returns true if the password matches the hash. Returns false without a hash, since the login is unknown then.
    func verify(_ password: Password, against hash: PasswordHash?) throws(Failure) -> Bool {
        if let kind = hash?.kind { noteSeen(kind) }
        if let hash, try matches(password, hash) { return true }
        for kind in kinds where kind != hash?.kind { _ = try matches(password, .ofNobody(kind)) }
        return false
    }

    /// The kinds of hashes whose work a failure does.
    private var kinds: Set<PasswordHash.Kind> {
        let own: Set<PasswordHash.Kind> = [argon2.parameters.kind]
        if beginAsking() {
            let told = otherKinds(cancellation)?.union(own)
            let now = clock()
            state.withLock { state in
                state.isAsking = false
                state.kinds = told
                state.mayAskAt = now + Self.askAgainMilliseconds
            }
        }
        return state.withLock { $0.kinds ?? $0.seen.union(own) }
    }

    private func noteSeen(_ kind: PasswordHash.Kind) {
        state.withLock { state in
            guard state.kinds == nil, state.seen.count < Self.seenMax else { return }
            state.seen.insert(kind)
        }
    }

    /// Returns true if the calling thread is to ask the store for the kinds.
    private func beginAsking() -> Bool {
        let now = clock()
        return state.withLock { state in
            guard state.kinds == nil, !state.isAsking, now >= state.mayAskAt else { return false }
            state.isAsking = true
            return true
        }
    }

    private func matches(_ password: Password, _ hash: PasswordHash) throws(Failure) -> Bool {
        switch hash.kind {
        case .argon2id, nil:
            do { return try argon2.verify(password, against: hash) } catch { throw .outOfMemory }
        case .bcrypt:
            switch CryptLibrary.loaded {
            case .success(let library): return Bcrypt(library: library).verify(password, against: hash)
            case .failure(let error):
                let isNews = state.withLock { state in
                    defer { state.isLibraryMissed = true }
                    return !state.isLibraryMissed
                }
                if isNews { log.error("\(error)") }
                throw .noLibrary
            }
        }
    }
}
