import Testing

@testable import Postgres

/// The decisions about errors, as tables.
struct FailureTests {
    @Test(arguments: [
        ("40001", FailureKind.retry), ("40P01", .retry), ("55P03", .retry), ("25006", .readOnly),
        ("57P01", .shuttingDown), ("57P02", .shuttingDown), ("57P03", .shuttingDown), ("57P04", .shuttingDown),
        ("57P05", .shuttingDown), ("25P03", .shuttingDown), ("53300", .tooManyConnections), ("53100", .outOfResources),
        ("53200", .outOfResources), ("58030", .outOfResources), ("08006", .connectionLost), ("08P01", .connectionLost),
        ("40003", .connectionLost), ("57014", .cancelled), ("23505", .uniqueViolation), ("23514", .constraintViolation),
        ("23503", .constraintViolation), ("28P01", .notAllowed), ("3D000", .notAllowed), ("42501", .notAllowed),
        ("42601", .refused), ("22012", .refused), ("22021", .refused), ("25P02", .refused), ("XX000", .refused),
    ])
    func aCodeHasAKind(_ code: String, _ kind: FailureKind) throws {
        #expect(FailureKind(of: try #require(SQLState(code))) == kind)
    }

    @Test(arguments: ["", "4000", "400011", "4000a", "4000-", "40 01", "é001"])
    func otherTextsAreNoCodes(_ text: String) {
        #expect(SQLState(text) == nil)
    }

    @Test(arguments: [
        // An error that only comes before a commit rolls back, also if the commit reports it.
        (PostgresError(.server(.uniqueViolation, isFatal: false), ""), CommitFate.nothingHappened),
        (PostgresError(.server(.serializationFailure, isFatal: false), ""), .nothingHappened),
        (PostgresError(.server(.deadlock, isFatal: false), ""), .nothingHappened),
        (PostgresError(.server(.readOnlyTransaction, isFatal: false), ""), .nothingHappened),
        (PostgresError(.server(.lockNotAvailable, isFatal: false), ""), .nothingHappened),
        (PostgresError(.server(SQLState("54000")!, isFatal: false), ""), .nothingHappened),
        // A session that listens reads notifications after its commit.
        (PostgresError(.server(SQLState("58P01")!, isFatal: false), ""), .inDoubt),
        (PostgresError(.server(.diskFull, isFatal: false), ""), .inDoubt),
        (PostgresError(.server(.cancelled, isFatal: false), ""), .inDoubt),
        (PostgresError(.server(.resultUnknown, isFatal: false), ""), .inDoubt),
        (PostgresError(.server(SQLState("08007")!, isFatal: false), ""), .inDoubt),
        (PostgresError(.server(.adminShutdown, isFatal: true), ""), .inDoubt),
        (PostgresError(.server(.crashShutdown, isFatal: true), ""), .inDoubt),
        (PostgresError(.connectionLost, ""), .inDoubt), (PostgresError(.deadlinePassed, ""), .inDoubt),
        (PostgresError(.protocolViolation, ""), .inDoubt), (PostgresError(.refusedCall, ""), .inDoubt),
        (PostgresError(.badValue, ""), .inDoubt),
    ])
    func anErrorDecidesAFate(_ error: PostgresError, _ afterCommitWasSent: CommitFate) {
        #expect(CommitFate.after(error, isCommitSent: true) == afterCommitWasSent)
        #expect(CommitFate.after(error, isCommitSent: false) == .nothingHappened)
    }

    @Test(arguments: [
        ([], CommitFate.committed), (["25P01"], .committed), (["25001", "25P01"], .committed), (["01000"], .inDoubt),
        (["57P01"], .inDoubt), (["25P01", "01000"], .inDoubt), ([""], .inDoubt),
    ])
    func aWarningPutsACommitInDoubt(_ codes: [String], _ fate: CommitFate) {
        let warnings = codes.map { ServerWarning(state: SQLState($0), message: "") }
        #expect(CommitFate.after(warnings: warnings) == fate)
    }

    @Test(arguments: [
        (
            #"connection to server at "db" failed: FATAL:  53300: sorry, too many clients; LOCATION:  InitProcess, proc.c"#,
            "53300",
            #"connection to server at "db" failed: FATAL:  sorry, too many clients"#
        ),
        ("FATAL:  28P01: password authentication failed", "28P01", "FATAL:  password authentication failed"),
        (
            "connection failed: Connection refused; Is the server running on that host and accepting connections?", nil,
            "connection failed: Connection refused"
        ),
        (
            "root.crt does not exist; Either provide it or change sslmode.", nil,
            "root.crt does not exist; Either provide it or change sslmode"
        ),
        ("session is read-only", nil, "session is read-only"), ("", nil, ""), (":  :  :  ", nil, ":  :  :  "),
    ])
    func aRefusedConnectionHasACode(_ message: String, _ code: String?, _ text: String) {
        let message = ConnectMessage(message)
        #expect(message.state?.description == code)
        #expect(message.text == text)
    }

    @Test func anErrorIsOneLine() {
        let error = PostgresError(.server(.uniqueViolation, isFatal: false), "a\nb\u{1B}[0m", statement: "addUser")
        #expect(error.description == #"a\nb\u{1B}[0m (23505) in: addUser"#)
        #expect(PostgresError(.connectionLost, String(repeating: "x", count: 100_000)).message.count == 500)
    }

    @Test func arraysHaveTheHeaderOfPostgreSQL() {
        var parameters = Parameters()
        parameters.add(array: [1, -1])
        parameters.add(array: [] as [String])
        parameters.add(nil as Int64?)
        parameters.add(array: ["é"])
        #expect(parameters.types == [.integerArray, .textArray, .integer, .textArray])
        let values = parameters.ranges.map { $0.map { Array(parameters.bytes[$0]) } }
        let one: [UInt8] = [0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1]
        let minusOne: [UInt8] = [0, 0, 0, 8] + [UInt8](repeating: 255, count: 8)
        #expect(values[0] == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0, 2, 0, 0, 0, 1] + one + minusOne)
        #expect(values[1] == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25])
        #expect(values[2] == nil)
        #expect(values[3] == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 25, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0xC3, 0xA9])
    }
}
