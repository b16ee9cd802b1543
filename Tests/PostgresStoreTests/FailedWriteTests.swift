import Loyalty
import Postgres
import Testing

@testable import PostgresStore

/// The step after a transaction that has left nothing.
struct FailedWriteTests {
    private static let rows: [(code: String, isFatal: Bool, repetitions: Int, FailedWrite)] = [
        ("40001", false, 0, .runAgain), ("40P01", false, 2, .runAgain), ("40P01", false, 3, .isolate),
        ("55P03", false, 0, .runAgain), ("23505", false, 0, .runAgain), ("23505", false, 3, .isolate),
        ("22012", false, 0, .claimRow), ("23514", false, 0, .isolate), ("22021", false, 0, .isolate),
        ("42P01", false, 0, .isolate), ("42501", false, 0, .isolate),
        ("53100", false, 0, .refuse(.unavailable(retryAfterSeconds: 10))),
        ("53200", false, 0, .refuse(.unavailable(retryAfterSeconds: 10))),
        ("57014", false, 0, .refuse(.unavailable(retryAfterSeconds: 1))),
        ("57P01", true, 0, .runOnNextConnection), ("25006", false, 0, .runOnNextConnection),
        ("25P03", true, 0, .runOnNextConnection), ("08006", false, 0, .runOnNextConnection),
    ]

    @Test(arguments: rows.indices)
    func eachCodeHasItsStep(index: Int) throws {
        let row = Self.rows[index]
        let state = try #require(SQLState(row.code))
        let error = PostgresError(.server(state, isFatal: row.isFatal), "")
        #expect(FailedWrite(after: error, repetitions: row.repetitions) == row.3, "\(row.code)")
    }

    @Test func errorsOfTheConnectionLeadToTheNext() {
        for cause in [PostgresError.Cause.connectionLost, .deadlinePassed, .protocolViolation, .unreachable(nil)] {
            #expect(FailedWrite(after: PostgresError(cause, ""), repetitions: 0) == .runOnNextConnection)
        }
    }

    @Test func aBadValueOfARowFailsItsOperationAlone() {
        #expect(FailedWrite(after: .badValue("an order number"), repetitions: 0) == .isolate)
    }
}
