import Postgres
import TestSupport

let library = Result { try PostgresLibrary.load() }

/// The time in which a healthy server answers, on a machine that is busy with other work.
let patienceMilliseconds = 60_000

var patience: Deadline { .after(milliseconds: patienceMilliseconds) }

/// An empty database on the server that tests share.
struct TestDatabase {
    let server: PostgreSQLServer
    let name: String

    init() throws {
        server = try PostgreSQLServer.shared.get()
        name = try server.makeDatabase()
    }

    /// - Parameter port: the port of a proxy before the server.
    func connect(
        through port: Int? = nil, limits: ConnectionLimits = ConnectionLimits(), until deadline: Deadline = patience
    ) throws -> Connection {
        try Connection.open(
            address(through: port), application: "tests", with: library.get(), limits: limits, until: deadline)
    }

    func address(through port: Int? = nil) throws -> ConnectionAddress {
        try ConnectionAddress(
            server.address(of: name, through: port, "connect_timeout=\(patienceMilliseconds / 1000)"),
            with: library.get())
    }
}

/// The values of a statement's parameters.
func parameters(_ add: (inout Parameters) -> Void) -> Parameters {
    var parameters = Parameters()
    add(&parameters)
    return parameters
}

extension Connection {
    /// The result of `read` for the first row; `nil` if there is no row.
    mutating func first<Value>(
        _ sql: String, _ parameters: Parameters = Parameters(),
        _ read: (borrowing Row) throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value? {
        try run(sql, parameters, until: patience) { rows throws(PostgresError) in try rows.first(read) }
    }

    /// The integer in the first column of the first row; `nil` if there is no row.
    mutating func integer(_ sql: String, _ parameters: Parameters = Parameters()) throws(PostgresError) -> Int64? {
        try first(sql, parameters) { row throws(PostgresError) in try row.integer(0) }
    }
}
