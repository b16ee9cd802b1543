import Loyalty
import Postgres
import Synchronization

@testable import PostgresStore

/// Makes reads of one statement each, and notes in which order they end.
final class NotedReads: Sendable {
    private struct Read: PipelinedRead {
        let name: String
        let sql: String
        let list: ListPart?
        let onAnswer: @Sendable () -> Void
        let notes: NotedReads

        var count: Int { 1 }

        func send(on connection: inout Connection) throws(PostgresError) { try connection.send(sql) }

        func completion(of rows: borrowing ResultSet) throws(PostgresError) -> ReadCompletion {
            return { [self] in
                notes.note("\(name) answered")
                onAnswer()
            }
        }

        func refuse(_ error: LoyaltyError) { notes.note("\(name) refused") }
    }

    private let notes = Mutex<[String]>([])

    /// How the reads have ended, oldest first: the name of each, with `answered` or `refused`.
    var ends: [String] { notes.withLock { $0 } }

    /// - Parameters:
    ///   - list: the part of a list that it says to read; `nil` for a read of a row.
    ///   - onAnswer: is called once the answer is noted, on the thread of the reads.
    func read(
        _ name: String, _ sql: String = "SELECT 1", list: ListPart? = nil,
        withinMilliseconds milliseconds: Int = TestDatabase.patienceMilliseconds,
        onAnswer: @escaping @Sendable () -> Void = {}
    ) -> WaitingRead {
        let read = Read(name: name, sql: sql, list: list, onAnswer: onAnswer, notes: self)
        return WaitingRead(read: .pipelined(read), deadline: .after(milliseconds: milliseconds))
    }

    private func note(_ end: String) { notes.withLock { $0.append(end) } }
}
