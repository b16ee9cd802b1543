import CSQLite
import Glibc
import Text

/// An error of SQLite (sqlite.org/rescode.html).
///
/// It holds the statement's name, and neither its text nor the values bound to it, so logs may contain it.
public struct SQLiteError: Error, Sendable, CustomStringConvertible {
    /// The extended result code, such as `SQLITE_IOERR_FSYNC`.
    package let extendedCode: Int32
    /// The error number of the failed system call (errno(3)), or 0 if none failed.
    package let systemCode: Int32
    package let message: String
    /// The name of the statement that failed, or an empty text if another operation failed (opening, a checkpoint).
    package let statement: String

    package init(extendedCode: Int32, systemCode: Int32 = 0, message: String, statement: String = "") {
        self.extendedCode = extendedCode
        self.systemCode = systemCode
        self.message = message
        self.statement = statement
    }

    /// The error of the call that has just failed on this connection.
    init(on handle: OpaquePointer, sql: String = "") {
        let code = sqlite3_extended_errcode(handle)
        self.init(
            extendedCode: code,
            systemCode: code & 0xFF == SQLITE_IOERR || code & 0xFF == SQLITE_CANTOPEN
                ? sqlite3_system_errno(handle) : 0,
            message: String(cString: sqlite3_errmsg(handle)), statement: sql.statementName)
    }

    /// The primary result code, such as `SQLITE_IOERR`.
    package var code: Int32 { extendedCode & 0xFF }

    /// True if the disk is full, or the quota of this account. After a rollback everything is as it was, and a later
    /// attempt may succeed.
    ///
    /// A failed sync does not count, whatever its errno: the bytes that it was to make durable may be lost already.
    package var isDiskFull: Bool {
        if code == SQLITE_FULL { return true }
        return extendedCode == Extended.write && (systemCode == ENOSPC || systemCode == EDQUOT)
    }

    /// True if the index of the write-ahead log could not grow, perhaps because the disk is full: SQLite does not
    /// report the reason.
    ///
    /// Rolling back restores this process's view. But the log may contain the whole transaction, and a process that
    /// recovers the log before the next commit overwrites it takes the transaction for committed.
    package var isIndexFailure: Bool { extendedCode == Extended.shmSize }

    /// True if the disk failed or the file is damaged: the connection's state cannot be trusted any more.
    package var isIOFailure: Bool {
        !isDiskFull && !isIndexFailure && (code == SQLITE_IOERR || code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
    }

    /// True if another connection held a lock for longer than this one waits.
    package var isBusy: Bool { code == SQLITE_BUSY || code == SQLITE_LOCKED }

    /// True if the statement was interrupted; see ``Database/interruptStatements(when:)``.
    package var isInterrupted: Bool { code == SQLITE_INTERRUPT }

    package var isConstraint: Bool { code == SQLITE_CONSTRAINT }

    /// True if this account may not open the file, or a file beside it.
    package var isForbidden: Bool {
        code == SQLITE_CANTOPEN && (systemCode == EACCES || systemCode == EPERM) || code == SQLITE_READONLY
    }

    /// The error of a row with a value that this program would not have stored.
    ///
    /// - Parameter kind: what the value should be, such as "an order number".
    package static func badValue(_ kind: String) -> SQLiteError {
        SQLiteError(
            extendedCode: SQLITE_MISMATCH, message: "a row has something else in the place of \(kind)")
    }

    /// True if the statement met a value that it can't work with: too long, of another type, or beyond 64 bits.
    package var isBadValue: Bool { [SQLITE_ERROR, SQLITE_MISMATCH, SQLITE_TOOBIG].contains(code) }

    /// True if the file is damaged, or no database at all.
    package var isDamage: Bool { code == SQLITE_CORRUPT || code == SQLITE_NOTADB }

    /// True if the file is not an SQLite database.
    package var isNotADatabase: Bool { code == SQLITE_NOTADB }

    /// `disk I/O error (1034, errno 5) in: commit`
    public var description: String {
        let errno = systemCode == 0 ? "" : ", errno \(systemCode)"
        let place = statement.isEmpty ? "" : " in: \(statement)"
        return "\(message) (\(extendedCode)\(errno))\(place)"
    }

    /// Extended codes that sqlite3.h computes, and Swift's importer therefore leaves out.
    private enum Extended {
        static let write = SQLITE_IOERR | (3 << 8)
        static let shmSize = SQLITE_IOERR | (19 << 8)
    }
}
