import Loyalty
import Posix
import Synchronization

/// Verifies passwords on the calling thread, so that a failure takes the same time for each login.
///
/// Hashes that came from another server may have other kinds, and so take another time. As long as a store has them, a
/// failure does the work of one hash of each kind: the kind of the login's own hash, and all others with hashes that
/// no password matches.
final class PasswordVerifier: Sendable {
    enum Failure: Error {
        case outOfMemory
        /// libcrypt is needed and can't be loaded; the log says so.
        case noLibrary
    }

    let argon2: Argon2
    private let log: Log
    private let otherKinds: @Sendable () -> Set<PasswordHash.Kind>?
    private let state = Mutex(State())

    private struct State {
        /// The kinds of the store's hashes, as soon as a failure has asked for them.
        var kinds: Set<PasswordHash.Kind>?
        var isLibraryMissed = false
    }

    /// - Parameter otherKinds: Asks the store for the kinds of its hashes that `argon2` does not make; `nil` if the
    ///   store can't tell now.
    init(_ argon2: Argon2, log: Log, otherKinds: @escaping @Sendable () -> Set<PasswordHash.Kind>?) {
        (self.argon2, self.log, self.otherKinds) = (argon2, log, otherKinds)
    }

    /// Returns true if the password matches the hash. Returns false without a hash, since the login is unknown then.
    func verify(_ password: Password, against hash: PasswordHash?) throws(Failure) -> Bool {
        if let hash, try matches(password, hash) { return true }
        for kind in kinds where kind != hash?.kind { _ = try matches(password, .ofNobody(kind)) }
        return false
    }

    /// The kinds of hashes that a failure takes the time of.
    private var kinds: Set<PasswordHash.Kind> {
        if let kinds = state.withLock({ $0.kinds }) { return kinds }
        guard let others = otherKinds() else { return [argon2.parameters.kind] }
        let kinds = others.union([argon2.parameters.kind])
        state.withLock { $0.kinds = kinds }
        return kinds
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
