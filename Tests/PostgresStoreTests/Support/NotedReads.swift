import Loyalty
import Postgres
import Synchronization

@testable import PostgresStore

/// Makes reads of one statement each, and notes in which order they end.
final class NotedReads: Sendable {
    private struct Read: PipelinedRead {
        let name: String
        let sql: String
        let notes: NotedReads

        var count: Int { 1 }

        func send(on connection: inout Connection) throws(PostgresError) { try connection.send(sql) }

        func completion(of rows: borrowing ResultSet) throws(PostgresError) -> ReadCompletion {
            return { [self] in notes.note("\(name) answered") }
        }

        func refuse(_ error: LoyaltyError) { notes.note("\(name) refused") }
    }

    private let notes = Mutex<[String]>([])

    /// How the reads have ended, oldest first: the name of each, with `answered` or `refused`.
    var ends: [String] { notes.withLock { $0 } }

    func read(
        _ name: String, _ sql: String = "SELECT 1",
        withinMilliseconds milliseconds: Int = TestDatabase.patienceMilliseconds
    ) -> WaitingRead {
        WaitingRead(
            read: .pipelined(Read(name: name, sql: sql, notes: self)), deadline: .after(milliseconds: milliseconds))
    }

    private func note(_ end: String) { notes.withLock { $0.append(end) } }
}
