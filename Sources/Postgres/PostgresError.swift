import Text

/// An error of a connection, a statement or a result.
///
/// It holds the server's short message and the name of the statement, and never the values that were sent with it: the
/// server's details, which quote rows, are left out. So logs may contain it.
package struct PostgresError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Cause: Equatable, Sendable {
        /// The server reported an error.
        ///
        /// - Parameters:
        ///   - isFatal: True if the server ends the connection with it.
        ///   - constraint: The name of the violated constraint, if the server named one.
        case server(SQLState, isFatal: Bool, constraint: String? = nil)
        /// No host took the connection. The code is that of a server, if one gave any.
        case unreachable(SQLState?)
        /// The connection ended, and the server gave no reason.
        case connectionLost
        /// The deadline passed. The connection can't be used any more, since its answers are not read.
        case deadlinePassed
        /// The server sent something that is not an answer, or exceeded a limit.
        case protocolViolation
        /// A row has a value that this program would not have stored.
        case badValue
        /// libpq refused the call, or had no memory for it.
        case refusedCall
    }

    package let cause: Cause
    package let message: String
    /// The name of the statement; empty if the error has none.
    package let statement: String

    private static let messageCharactersMax = 500

    package init(_ cause: Cause, _ message: String, statement: String = "") {
        self.cause = cause
        self.message = String(message.prefix(Self.messageCharactersMax)).oneLine
        self.statement = statement
    }

    /// The code that the server gave, if it gave one.
    package var state: SQLState? {
        switch cause {
        case .server(let state, _, _): state
        case .unreachable(let state): state
        default: nil
        }
    }

    /// True if the connection can't be used any more.
    package var isEndOfConnection: Bool {
        switch cause {
        case .server(let state, let isFatal, _): isFatal || FailureKind(of: state).endsConnection
        case .unreachable, .connectionLost, .deadlinePassed, .protocolViolation, .refusedCall: true
        case .badValue: false
        }
    }

    /// - Parameter kind: What the value should be, such as "an order number".
    package static func badValue(_ kind: String) -> PostgresError {
        PostgresError(.badValue, "a row has something else in the place of \(kind)")
    }

    /// `duplicate key value violates unique constraint "users_login_key" (23505) in: addUser`
    package var description: String {
        let code = state.map { " (\($0))" } ?? ""
        let place = statement.isEmpty ? "" : " in: \(statement)"
        return "\(message)\(code)\(place)"
    }
}
