import Posix
import Postgres

extension WriteLoop {
    /// The transaction writes the marker's row alone, so it need not wait for the disk or for a standby. If the server
    /// fails before that commit is on its disk, attempts that others may have received are sent once more.
    private static let announce = """
        SELECT set_config('synchronous_commit', 'off', true), pg_notify('\(ChangeNotification.channel)', text)
        FROM unnest($1::text[]) WITH ORDINALITY AS texts (text, position) ORDER BY position
        """
    /// A healthy server takes less than a millisecond. Writes wait meanwhile.
    private static let announceMilliseconds = 1_000
    /// The time from a transaction that the server has refused, for example for lack of room, to the next one. If its
    /// commit was refused, it has cost the connection, and the log of changes starts over. A write sends the attempts
    /// earlier.
    static let announceAgainMilliseconds: Int64 = 5_000

    /// Sends the attempts that wait in a transaction of their own. Those of a transaction that fails are sent again. If
    /// its fate is in doubt, the next connection decides.
    func announceAttempts() {
        guard let session, SystemClock.monotonicMilliseconds() >= mayAnnounceAt else { return }
        let waiting = attempts.attemptsToSend()
        guard !waiting.isEmpty else { return }
        // Its warnings must not put the next commit in doubt.
        defer { _ = session.connection.takeWarnings() }
        do throws(PostgresError) {
            try marker.begin(on: &session.connection, at: clock().milliseconds)
            let texts = ChangeNotification.texts(
                of: TransactionEvents(attempts: waiting), instance: marker.instance, transaction: marker.transaction)
            try session.connection.send(Self.announce, Parameters { $0.add(array: texts) })
            try session.connection.finishTransaction(until: .after(milliseconds: Self.announceMilliseconds))
            noteSentAttempts()
            heardAt = SystemClock.monotonicMilliseconds()
            _ = publisher.publish(
                session.connection.takeNotifications(),
                own: OwnTransaction(instance: marker.instance, number: marker.transaction))
        } catch {
            if error.state != nil {
                mayAnnounceAt = SystemClock.monotonicMilliseconds() + Self.announceAgainMilliseconds
                noteRefusedAttempts(error)
            }
            if [.runOnNextConnection, .claimRow].contains(FailedWrite(after: error, repetitions: 0)) { lose(error) }
        }
    }

    /// Takes note that the last transaction was committed, and so has sent its attempts.
    func noteSentAttempts() {
        attempts.noteCommit()
        guard attemptRefusal != nil else { return }
        log.info("Attempts to sign in are sent to the other servers again.")
        attemptRefusal = nil
    }

    /// Logs why attempts are not sent, unless the connection has ended, which is logged itself.
    private func noteRefusedAttempts(_ error: PostgresError) {
        guard !FailureKind(of: error).endsConnection, error != attemptRefusal else { return }
        log.warning("Attempts to sign in can't be sent to the other servers, and each counts its own: \(error).")
        attemptRefusal = error
    }
}
