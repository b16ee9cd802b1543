/// The kinds of errors that need different answers.
package enum FailureKind: Equatable, Sendable {
    /// Another transaction was in the way; the same transaction may succeed if it is tried again.
    case retry
    /// The server is a standby, or has become one: a connection to another host may succeed.
    case readOnly
    /// The server shuts down, starts or ended the session.
    case shuttingDown
    /// The server has no connection left.
    case tooManyConnections
    /// The server has no room on its disk, or no memory.
    case outOfResources
    /// The connection ended, or its end is to be assumed.
    case connectionLost
    /// The statement was cancelled, or took longer than the server's limit.
    case cancelled
    case uniqueViolation
    /// Another constraint was violated.
    case constraintViolation
    /// The name, the password or the database of the address is wrong, or the account lacks a right.
    case notAllowed
    /// A statement or a value is wrong.
    case refused

    /// The kind of a code (postgresql.org/docs/current/errcodes-appendix.html).
    package init(of state: SQLState) {
        self =
            switch state {
            case .serializationFailure, .deadlock, .lockNotAvailable: .retry
            case .readOnlyTransaction: .readOnly
            case .adminShutdown, .crashShutdown, .cannotConnectNow, .databaseDropped, .idleSession: .shuttingDown
            case .tooManyConnections: .tooManyConnections
            case .cancelled: .cancelled
            case .uniqueViolation: .uniqueViolation
            case .resultUnknown: .connectionLost
            default: Self(ofCategory: state)
            }
    }

    private init(ofCategory state: SQLState) {
        self =
            switch state.category {
            case "08": .connectionLost
            case "23": .constraintViolation
            case "28", "3D": .notAllowed
            // The role lacks a privilege on a table.
            case "42" where state.description == "42501": .notAllowed
            case "53", "58": .outOfResources
            // A time-out of the session or of an idle transaction ends the connection.
            case "25" where state.description == "25P03": .shuttingDown
            default: .refused
            }
    }

    package init(of error: PostgresError) {
        self =
            switch error.cause {
            case .server(let state, _, _), .unreachable(let state?): Self(of: state)
            case .unreachable(nil), .connectionLost, .deadlinePassed, .protocolViolation, .refusedCall: .connectionLost
            case .badValue: .refused
            }
    }

    /// True if a connection that reported it must not be used again: the server closes it, or another host is to be
    /// looked for.
    package var endsConnection: Bool { [.readOnly, .shuttingDown, .connectionLost].contains(self) }
}
