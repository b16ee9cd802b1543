import Loyalty
import Posix
import SQLite
import Storage

/// The connection through which one event loop reads. All reads between two calls of ``endBatch()`` see one state of
/// the database, that of the first of them: a transaction for each read would cost a third of the loop's speed.
///
/// It is confined to the thread that uses it first.
final class Reader {
    private let database: Database
    private let revisions: UserRevisions
    private let log: Log
    private var thread: ThreadIdentity?
    private(set) var isBatchOpen = false
    /// The last commit that was finished before the batch's transaction began.
    private var batchRevision = Revision(rawValue: 0)
    /// The error of the last read; `nil` if it succeeded.
    private(set) var failure: SQLiteError?

    private static let busyRetrySeconds = 1

    init(database: Database, revisions: UserRevisions, log: Log) {
        self.database = database
        self.revisions = revisions
        self.log = log
    }

    /// Reads in the batch's transaction, and begins it if this is the batch's first read.
    ///
    /// - Throws: ``LoyaltyError/unavailable(retryAfterSeconds:)`` or ``LoyaltyError/failed``.
    func read<Value>(_ body: (Database) throws(SQLiteError) -> Value) throws(LoyaltyError) -> Value {
        assertThread()
        do throws(SQLiteError) {
            if !isBatchOpen {
                // A transaction that could not be ended is rolled back, or no other could begin.
                if database.isInTransaction { try database.run("ROLLBACK") }
                batchRevision = revisions.latest
                // Deferred: the first SELECT takes the snapshot.
                try database.run("BEGIN")
                isBatchOpen = true
            }
            let value = try body(database)
            failure = nil
            return value
        } catch {
            endBatch()
            throw translate(error)
        }
    }

    /// The revision of the user's data, which every read from now on shows or a later one. `nil` if a commit that
    /// touches the user is in progress, or has finished after the batch's transaction began, so that reads in this
    /// batch lack it.
    func revision(of user: UserID) -> Revision? { visible(revisions.revision(of: user)) }

    /// The revision of the user's account and sessions, as ``revision(of:)``.
    func accountRevision(of user: UserID) -> Revision? { visible(revisions.accountRevision(of: user)) }

    /// The revision of the user's balance, as ``revision(of:)``.
    func balanceRevision(of user: UserID) -> Revision? { visible(revisions.balanceRevision(of: user)) }

    /// The revision of the reward rules, as ``revision(of:)``.
    var rulesRevision: Revision? { visible(revisions.rulesRevision) }

    private func visible(_ revision: Revision?) -> Revision? {
        assertThread()
        guard let revision else { return nil }
        let oldest = isBatchOpen ? batchRevision : revisions.latest
        return revision.rawValue <= oldest.rawValue ? revision : nil
    }

    /// Ends the transaction of the reads so far. The next read sees everything that is committed by then.
    ///
    /// The event loop calls it when every request that had arrived is answered, and before it waits: an open
    /// transaction keeps the log from being written back.
    func endBatch() {
        assertThread()
        guard isBatchOpen else { return }
        isBatchOpen = false
        do throws(SQLiteError) {
            if database.isInTransaction { try database.run("COMMIT") }
        } catch {
            log.error("A read transaction did not end: \(error)")
        }
    }

    /// Closes the connection, on its thread or after the end of that thread.
    func close() {
        isBatchOpen = false
        database.close()
    }

    private func assertThread() {
        guard let thread else {
            thread = .current
            return
        }
        precondition(thread.isCurrent, "a reader must be used on one thread")
    }

    private func translate(_ error: SQLiteError) -> LoyaltyError {
        // The log has one line for a broken disk, and not one for each request.
        let isNew = failure?.extendedCode != error.extendedCode
        failure = error
        if isNew {
            log.error("A read from the database failed: \(error)")
        }
        return error.isBusy ? .unavailable(retryAfterSeconds: Self.busyRetrySeconds) : .failed
    }
}
