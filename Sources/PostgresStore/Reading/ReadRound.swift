import Loyalty
import Postgres

/// Reads that travel together on one connection, and their results.
struct ReadRound {
    enum Result {
        case answered(ReadCompletion)
        /// This read failed. The connection can still be used.
        case failed(PostgresError)
    }

    private let reads: [LaneRead]
    /// The result of each read; `nil` if it has none yet.
    private(set) var results: [Result?]

    init(_ reads: [LaneRead]) {
        self.reads = reads
        results = [Result?](repeating: nil, count: reads.count)
    }

    /// Runs the reads. First the pipelined ones travel as one transaction. If one of them fails, the server skips those
    /// after it, which then travel again, each as a transaction of its own.
    ///
    /// - Throws: an error that ends the connection. The reads that were answered before it have their results.
    mutating func run(on session: PostgresSession) throws(PostgresError) {
        try runPipeline(on: session, isOneTransaction: true)
        try runPipeline(on: session, isOneTransaction: false)
        for (index, read) in reads.enumerated() {
            guard case .session(let read) = read else { continue }
            do throws(PostgresError) {
                results[index] = .answered(
                    try session.read(isSnapshot: read.isSnapshot) { session throws(PostgresError) in
                        try read.completion(session)
                    })
            } catch {
                guard !error.isEndOfConnection else { throw error }
                results[index] = .failed(error)
            }
        }
    }

    private mutating func runPipeline(
        on session: PostgresSession, isOneTransaction: Bool
    ) throws(PostgresError) {
        var sent: [(index: Int, read: any PipelinedRead)] = []
        for (index, read) in reads.enumerated() {
            guard case .pipelined(let read) = read, results[index] == nil else { continue }
            try read.send(on: &session.connection)
            if !isOneTransaction { try session.connection.sendSynchronization() }
            sent.append((index, read))
        }
        guard !sent.isEmpty else { return }
        if isOneTransaction { try session.connection.sendSynchronization() }
        for (index, read) in sent {
            results[index] = try Self.result(of: read, on: session)
            if !isOneTransaction { try Self.readSynchronization(on: session) }
        }
        if isOneTransaction { try Self.readSynchronization(on: session) }
    }

    /// The next answer as the result of a read; `nil` if the server has skipped it.
    private static func result(
        of read: any PipelinedRead, on session: PostgresSession
    ) throws(PostgresError) -> Result? {
        switch try session.connection.next(until: session.deadline) {
        case .rows(let rows):
            do throws(PostgresError) {
                return .answered(try read.completion(of: rows))
            } catch {
                return .failed(error)
            }
        case .failed(let error): return .failed(error)
        case .skipped: return nil
        default:
            throw PostgresError(.protocolViolation, "a read has an answer of another kind")
        }
    }

    private static func readSynchronization(on session: PostgresSession) throws(PostgresError) {
        guard case .synchronized = try session.connection.next(until: session.deadline) else {
            throw PostgresError(.protocolViolation, "a read has more than one answer")
        }
    }
}

extension PostgresError {
    /// The error of a read that failed in this way.
    var refusalOfRead: LoyaltyError {
        switch FailureKind(of: self) {
        case .uniqueViolation, .constraintViolation, .notAllowed, .refused: .failed
        case .retry, .readOnly, .shuttingDown, .tooManyConnections, .outOfResources, .connectionLost, .cancelled:
            ReadInbox.refusal
        }
    }
}
