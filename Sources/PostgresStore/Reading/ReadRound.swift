import Loyalty
import Postgres

/// Reads that travel together on one connection.
struct ReadRound {
    enum Result {
        case answered(ReadCompletion)
        /// This read failed. The connection can still be used.
        case failed(PostgresError)
    }

    /// Takes the result of the read at an index. It is called at most once for each read, as soon as its answer has
    /// arrived, so that answers are not kept until the last one is there.
    typealias Take = (_ index: Int, _ result: Result) -> Void

    private let reads: [LaneRead]
    /// True for each read that has its result.
    private(set) var isEnded: [Bool]

    init(_ reads: [LaneRead]) {
        self.reads = reads
        isEnded = [Bool](repeating: false, count: reads.count)
    }

    /// Runs the reads. First the pipelined ones travel as one transaction. If one of them fails, the server skips those
    /// after it, which then travel again, each as a transaction of its own.
    ///
    /// - Throws: an error that ends the connection. The reads that were answered before it have their results.
    mutating func run(on session: PostgresSession, _ take: Take) throws(PostgresError) {
        try runPipeline(on: session, isOneTransaction: true, take)
        try runPipeline(on: session, isOneTransaction: false, take)
        for (index, read) in reads.enumerated() {
            guard case .session(let read) = read else { continue }
            let result: Result
            do throws(PostgresError) {
                result = .answered(
                    try session.read(isSnapshot: read.isSnapshot) { session throws(PostgresError) in
                        try read.completion(session)
                    })
            } catch {
                guard !error.isEndOfConnection else { throw error }
                result = .failed(error)
            }
            isEnded[index] = true
            take(index, result)
        }
    }

    private mutating func runPipeline(
        on session: PostgresSession, isOneTransaction: Bool, _ take: Take
    ) throws(PostgresError) {
        var sent: [(index: Int, read: any PipelinedRead)] = []
        for (index, read) in reads.enumerated() {
            guard case .pipelined(let read) = read, !isEnded[index] else { continue }
            try read.send(on: &session.connection)
            if !isOneTransaction { try session.connection.sendSynchronization() }
            sent.append((index, read))
        }
        guard !sent.isEmpty else { return }
        if isOneTransaction { try session.connection.sendSynchronization() }
        for (index, read) in sent {
            if let result = try Self.result(of: read, on: session) {
                isEnded[index] = true
                take(index, result)
            }
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
