import Loyalty
import Posix
import SignIn
import Synchronization

/// Hashes passwords with Argon2id, and verifies them, on its own threads, so that no event loop waits for a hash.
package final class Argon2Hasher: PasswordHasher {
    private let verifier: PasswordVerifier
    private let queue: TurnQueue<HashingTurn.Key, Job>
    private let state = Mutex(State())

    private struct State {
        var isStopped = false
        var threads: [Thread] = []
    }

    /// A full queue of the default length takes three and a half seconds if two cores are idle (27 ms a hash, two at
    /// once), and up to ten times as long if none is. After two seconds there is room again for some.
    private static let overloadedRetryAfterSeconds = 2
    /// A server that stops usually answers again as soon as it is asked again.
    private static let unavailableRetryAfterSeconds = 1

    /// A hash occupies a core for milliseconds, and a flood of them occupies every core. Event loops and the writer go
    /// first: with this niceness, about a tenth of a busy machine is left for hashes.
    private static let niceness: CInt = 10

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - otherKinds: Asks the store for the kinds of its users' hashes, besides the one that is made here. It may
    ///     block one thread for some seconds, and returns `nil` if the store can't tell now; it is then called again
    ///     later. ``stop()`` cancels it. No further kinds appear while a server runs.
    package convenience init(
        parameters: Argon2Parameters = .standard, limits: HashingLimits = HashingLimits(), log: Log = .none,
        otherKinds: @escaping @Sendable (Cancellation) -> Set<PasswordHash.Kind>? = { _ in [] }
    ) {
        self.init(idleWith: parameters, waitingMax: limits.waitingMax, log: log, otherKinds: otherKinds)
        start(threadCount: limits.threadCount)
    }

    /// Makes a hasher in which every password waits until ``start(threadCount:)``.
    init(
        idleWith parameters: Argon2Parameters, waitingMax: Int, log: Log = .none,
        otherKinds: @escaping @Sendable (Cancellation) -> Set<PasswordHash.Kind>? = { _ in [] }
    ) {
        verifier = PasswordVerifier(Argon2(parameters: parameters), log: log, otherKinds: otherKinds)
        queue = TurnQueue(capacity: waitingMax)
    }

    deinit {
        stop()
    }

    /// The number of passwords that are waiting for a thread.
    package var waitingCount: Int { queue.count }

    package func hash(_ password: Password, in turn: HashingTurn) async throws(LoyaltyError) -> PasswordHash {
        try await Resumption.suspend { resumption in
            enqueue(.hash(password, resumption), in: turn)
        }.get()
    }

    package func verify(
        _ password: Password, against hash: PasswordHash?, in turn: HashingTurn
    ) async throws(LoyaltyError) -> Bool {
        try await Resumption.suspend { resumption in
            enqueue(.verify(password, hash, resumption), in: turn)
        }.get()
    }

    package func isOutdated(_ hash: PasswordHash, of password: Password) -> Bool {
        guard hash.kind != verifier.argon2.parameters.kind else { return false }
        // Only the first bytes of a longer password were compared. A mistake in the others must not become a part of
        // the password.
        if case .bcrypt = hash.kind { return password.text.utf8.count <= Bcrypt.passwordBytesMax }
        return true
    }

    /// Hashes on the calling thread, for a program that has nothing else to do meanwhile. Returns `nil` if memory is
    /// short.
    package static func hashAndWait(_ password: Password, parameters: Argon2Parameters = .standard) -> PasswordHash? {
        try? Argon2(parameters: parameters).hash(password)
    }

    /// Refuses all waiting and later passwords with ``LoyaltyError/unavailable(retryAfterSeconds:)``, and returns when
    /// the threads have ended, each after the hash that it was computing.
    package func stop() {
        let threads = state.withLock { state in
            state.isStopped = true
            defer { state.threads = [] }
            return state.threads
        }
        verifier.stopAsking()
        for job in queue.close() { job.refuse(with: Self.stopped) }
        for thread in threads { thread.join() }
    }

    func start(threadCount: Int) {
        precondition(threadCount > 0, "threadCount must be positive")
        state.withLock { state in
            precondition(
                state.threads.isEmpty && !state.isStopped, "a hasher must be started once, and not after a stop")
            // The threads must not hold the hasher itself, or it would never be deallocated.
            state.threads = (1...threadCount).map { [queue, verifier] number in
                Thread(name: "hasher \(number)", niceness: Self.niceness) {
                    while let job = queue.take() { job.run(verifier) }
                }
            }
        }
    }

    private static var stopped: LoyaltyError { .unavailable(retryAfterSeconds: unavailableRetryAfterSeconds) }

    private func enqueue(_ job: Job, in turn: HashingTurn) {
        guard let refused = queue.put(job, of: turn.path) else { return }
        let isStopped = state.withLock { $0.isStopped }
        refused.refuse(
            with: isStopped ? Self.stopped : .overloaded(retryAfterSeconds: Self.overloadedRetryAfterSeconds))
    }
}

/// A password that waits for a thread.
private enum Job: Sendable {
    case hash(Password, Resumption<Result<PasswordHash, LoyaltyError>>)
    case verify(Password, PasswordHash?, Resumption<Result<Bool, LoyaltyError>>)

    func run(_ verifier: PasswordVerifier) {
        switch self {
        case .hash(let password, let resumption):
            resumption.resume(
                returning: Self.result { () throws(PasswordVerifier.Failure) in
                    do { return try verifier.argon2.hash(password) } catch { throw .outOfMemory }
                })
        case .verify(let password, let hash, let resumption):
            resumption.resume(
                returning: Self.result { () throws(PasswordVerifier.Failure) in
                    try verifier.verify(password, against: hash)
                })
        }
    }

    func refuse(with error: LoyaltyError) {
        switch self {
        case .hash(_, let resumption): resumption.resume(returning: .failure(error))
        case .verify(_, _, let resumption): resumption.resume(returning: .failure(error))
        }
    }

    /// Memory is free again when other hashes have finished.
    private static let outOfMemoryRetryAfterSeconds = 1
    /// The owner has to install a library first.
    private static let noLibraryRetryAfterSeconds = 60

    private static func result<Value>(
        _ body: () throws(PasswordVerifier.Failure) -> Value
    ) -> Result<Value, LoyaltyError> {
        do {
            return .success(try body())
        } catch {
            let isShort = error == .outOfMemory
            return .failure(
                .unavailable(
                    retryAfterSeconds: isShort ? outOfMemoryRetryAfterSeconds : noLibraryRetryAfterSeconds))
        }
    }
}
