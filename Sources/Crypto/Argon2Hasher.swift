import Loyalty
import Posix
import SignIn
import Synchronization

/// Hashes and verifies passwords with Argon2id on its own threads, so that no event loop waits for a hash.
package final class Argon2Hasher: PasswordHasher {
    private let argon2: Argon2
    /// The hash that a password is verified against if the login does not exist, so that the work is the same as for
    /// any other login.
    let dummy: PasswordHash
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
    package convenience init(parameters: Argon2Parameters = .standard, limits: HashingLimits = HashingLimits()) {
        self.init(idleWith: parameters, waitingMax: limits.waitingMax)
        start(threadCount: limits.threadCount)
    }

    /// Makes a hasher in which every password waits until ``start(threadCount:)``.
    init(idleWith parameters: Argon2Parameters, waitingMax: Int) {
        argon2 = Argon2(parameters: parameters)
        dummy = .ofNobody(parameters)
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
        let matches = try await Resumption.suspend { resumption in
            enqueue(.verify(password, hash ?? dummy, resumption), in: turn)
        }.get()
        return matches && hash != nil
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
        for job in queue.close() { job.refuse(with: Self.stopped) }
        for thread in threads { thread.join() }
    }

    func start(threadCount: Int) {
        precondition(threadCount > 0, "threadCount must be positive")
        state.withLock { state in
            precondition(
                state.threads.isEmpty && !state.isStopped, "a hasher must be started once, and not after a stop")
            // The threads must not hold the hasher itself, or it would never be deallocated.
            state.threads = (1...threadCount).map { [queue, argon2] number in
                Thread(name: "hasher \(number)", niceness: Self.niceness) {
                    while let job = queue.take() { job.run(argon2) }
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
    case verify(Password, PasswordHash, Resumption<Result<Bool, LoyaltyError>>)

    func run(_ argon2: Argon2) {
        switch self {
        case .hash(let password, let resumption):
            resumption.resume(returning: Self.result { () throws(Argon2.OutOfMemory) in try argon2.hash(password) })
        case .verify(let password, let hash, let resumption):
            resumption.resume(
                returning: Self.result { () throws(Argon2.OutOfMemory) in try argon2.verify(password, against: hash) })
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

    private static func result<Value>(
        _ body: () throws(Argon2.OutOfMemory) -> Value
    ) -> Result<Value, LoyaltyError> {
        do {
            return .success(try body())
        } catch {
            return .failure(.unavailable(retryAfterSeconds: outOfMemoryRetryAfterSeconds))
        }
    }
}

extension PasswordHash {
    /// Returns a hash that matches no password and is as expensive to verify as one made with these parameters: sixteen
    /// bytes of salt and thirty-two of hash, all zero, in the format of the reference implementation. Making a real
    /// hash would take half of the time of a start.
    fileprivate static func ofNobody(_ parameters: Argon2Parameters) -> PasswordHash {
        let (salt, hash) = (String(repeating: "A", count: 22), String(repeating: "A", count: 43))
        let cost = "m=\(parameters.memoryBytes / 1024),t=\(parameters.passes),p=1"
        return PasswordHash(text: "$argon2id$v=19$\(cost)$\(salt)$\(hash)")
    }
}
