/// The fate of a transaction, as far as it is known.
package enum CommitFate: Equatable, Sendable {
    case committed
    /// Nothing of it is visible, now or later.
    case nothingHappened
    /// It may have been committed, or may be committed yet. ``CommitMarker`` decides.
    case inDoubt

    /// The fate of a transaction that met an error.
    ///
    /// - Parameter isCommitSent: True if the synchronization point that commits the transaction was handed to libpq,
    ///   and its answer has not been read (``Connection/isCommitPending``). If it was not, the server rolls the
    ///   transaction back at the end of the connection at the latest.
    package static func after(_ error: PostgresError, isCommitSent: Bool) -> CommitFate {
        guard isCommitSent else { return .nothingHappened }
        switch error.cause {
        case .server(let state, let isFatal, _):
            // A shutdown may have come after the commit.
            return !isFatal && isRaisedBeforeCommit(state) ? .nothingHappened : .inDoubt
        case .unreachable, .connectionLost, .deadlinePassed, .protocolViolation, .badValue, .refusedCall:
            return .inDoubt
        }
    }

    /// True for errors that the server raises only before a commit, so that they roll the transaction back.
    ///
    /// Any other error instead of a commit's answer leaves the fate open. A session that listens reads the
    /// notifications of others after its commit and before the end of its answer. If that fails, for example because of
    /// a lost file (58P01) or a cancelled statement, it reports the error in the same way (postgres.c,
    /// `ProcessNotifyInterrupt`).
    static func isRaisedBeforeCommit(_ state: SQLState) -> Bool {
        switch state {
        case .serializationFailure, .deadlock, .readOnlyTransaction: true
        // A transaction that notifies takes a lock and a place in a queue (async.c, `PreCommit_Notify`).
        case .lockNotAvailable, .programLimitExceeded: true
        // Constraints that are checked at the end of the transaction.
        default: state.category == "23"
        }
    }

    /// The fate of a transaction whose commit was answered.
    ///
    /// A commit that waits for a standby has already been made on its own server. If the wait is cut short, the server
    /// answers as after any commit, with only a warning that the transaction might not have been replicated: a failover
    /// loses it (postgresql.org/docs/current/warm-standby.html, "Synchronous Replication").
    package static func after(warnings: [ServerWarning]) -> CommitFate {
        warnings.contains { $0.putsCommitInDoubt } ? .inDoubt : .committed
    }
}

/// A warning that the server sent with an answer.
package struct ServerWarning: Equatable, Sendable {
    package let state: SQLState?
    package let message: String

    package init(state: SQLState?, message: String) {
        (self.state, self.message) = (state, message)
    }

    /// True unless the warning is known to say nothing about a commit. The server sends `01000` if a statement was
    /// cancelled while a commit waited for a standby, and `57P01` if the session was ended meanwhile (syncrep.c).
    var putsCommitInDoubt: Bool {
        // These codes say that a COMMIT or a BEGIN was not needed.
        !["25001", "25P01"].contains(state?.description)
    }
}
