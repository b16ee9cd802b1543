import Loyalty
import Posix
import Postgres
import TestSupport
import Testing

@testable import PostgresStore

/// A server that may have no more threads goes on, and tries again later.
@Suite(.enabled(if: PostgreSQLServer.isInstalled)) struct ThreadShortageTests {
    @Test func anAttemptToConnectFails() throws {
        let connector = try StoreConnector(address: "postgresql://192.0.2.1/shop")
        let attempt = ConnectionAttempt(
            connector, after: CommitMarker(instance: 1, epoch: 1, transaction: 1), nil,
            at: Timestamp(milliseconds: 0), startThread: Thread.refused
        ) {}
        #expect(attempt.isFinished)
        let error = #expect(throws: PostgresError.self) { _ = try attempt.finish() }
        #expect(error?.cause == .unreachable(nil))
    }

    @Test func aWatchFails() {
        let error = #expect(throws: PostgresError.self) {
            _ = try CancellationWatch(Cancellation(), startThread: Thread.refused)
        }
        #expect(error?.cause == .refusedCall)
    }
}
