import Changes
import Loyalty

/// The changes that the operations of one transaction make for users, in order. The writer publishes them after the
/// commit, and forgets them if the transaction is rolled back. It is confined to the writer's thread.
final class CommittedChanges {
    private var changes: [Change] = []
    /// The users with a session that was ended early: their event streams must check their sessions.
    private var sessionEnds: [UserID] = []

    func removeAll() {
        changes.removeAll(keepingCapacity: true)
        sessionEnds.removeAll(keepingCapacity: true)
    }

    func append(_ change: Change) {
        changes.append(change)
    }

    func publish(to log: ChangeLog) {
        log.publish(changes, sessionEnds: sessionEnds)
    }

    /// Notes the end of a session. Several sessions of one user that end together are noted once.
    func appendEndedSession(of user: Int64) {
        let user = UserID(rawValue: user)
        if sessionEnds.last != user { sessionEnds.append(user) }
    }

    static let function = "martlet_session_ended"

    /// The trigger that notes the early end of a session, so that no operation can forget to. Sessions that have
    /// expired, which are removed by the thousand, need no note. The trigger is temporary: it belongs to the writer's
    /// connection and is not part of the file.
    static let trigger = """
        CREATE TEMP TRIGGER end_sessions AFTER DELETE ON main.sessions
        WHEN OLD.expires_at > CAST(strftime('%s', 'now') AS INTEGER) * 1000
        BEGIN SELECT \(function)(OLD.user_id); END;
        """
}
