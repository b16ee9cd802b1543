import CSQLite
import Glibc

/// What SQLite said instead of doing its work (sqlite.org/rescode.html).
///
/// Holds the statement's text and never the values bound to it, so that it may be logged.
package struct SQLiteError: Error, Sendable, CustomStringConvertible {
    /// The extended result code, such as `SQLITE_IOERR_FSYNC`.
    package let extendedCode: Int32
    /// errno(3) as the failed system call left it; zero where there was none.
    package let systemCode: Int32
    package let message: String
    /// The statement that failed; empty where it was no statement (opening, a checkpoint).
    package let sql: String

    package init(extendedCode: Int32, systemCode: Int32 = 0, message: String, sql: String = "") {
        self.extendedCode = extendedCode
        self.systemCode = systemCode
        self.message = message
        self.sql = sql
    }

    /// The error of the call that has just failed on this connection.
    init(on handle: OpaquePointer, sql: String = "") {
        let code = sqlite3_extended_errcode(handle)
        self.init(
            extendedCode: code,
            systemCode: code & 0xFF == SQLITE_IOERR || code & 0xFF == SQLITE_CANTOPEN
                ? sqlite3_system_errno(handle) : 0,
            message: String(cString: sqlite3_errmsg(handle)), sql: sql)
    }

    /// The primary result code, such as `SQLITE_IOERR`.
    package var code: Int32 { extendedCode & 0xFF }

    /// No room, or no more allowed to us. Rolling back leaves everything as it was, and a later try may succeed.
    ///
    /// A failed sync is never counted here, whatever its errno: what it was to make durable may be lost already.
    package var isDiskFull: Bool {
        if code == SQLITE_FULL { return true }
        return extendedCode == Extended.write && (systemCode == ENOSPC || systemCode == EDQUOT)
    }

    /// The index of the write-ahead log did not grow, for want of room perhaps: SQLite does not tell. Rolling back leaves
    /// everything as it was for this process; but the whole transaction may stand in the log, and whoever reads that
    /// anew before the next commit has overwritten it takes it for committed.
    package var isIndexFailure: Bool { extendedCode == Extended.shmSize }

    /// The disk failed, or the file is damaged: nothing this connection believes can be trusted any more.
    package var isIOFailure: Bool {
        !isDiskFull && !isIndexFailure && (code == SQLITE_IOERR || code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
    }

    /// Another connection holds a lock that this one waited for in vain.
    package var isBusy: Bool { code == SQLITE_BUSY || code == SQLITE_LOCKED }

    /// Somebody asked for it; see ``Database/interruptStatements(when:)``.
    package var isInterrupted: Bool { code == SQLITE_INTERRUPT }

    package var isConstraint: Bool { code == SQLITE_CONSTRAINT }

    /// This account may not open the file, or a file beside it.
    package var isForbidden: Bool {
        code == SQLITE_CANTOPEN && (systemCode == EACCES || systemCode == EPERM) || code == SQLITE_READONLY
    }

    /// A row has a value that this program would not have stored.
    ///
    /// - Parameter kind: what the value should be, such as "an order number".
    package static func badValue(_ kind: String) -> SQLiteError {
        SQLiteError(
            extendedCode: SQLITE_MISMATCH, message: "a row has something else in the place of \(kind)")
    }

    /// The statement met a value that it can't work with: too long, of another type, or beyond 64 bits.
    package var isBadValue: Bool { [SQLITE_ERROR, SQLITE_MISMATCH, SQLITE_TOOBIG].contains(code) }

    /// The file is damaged, or no database at all.
    package var isDamage: Bool { code == SQLITE_CORRUPT || code == SQLITE_NOTADB }

    /// The file is something other than an SQLite database.
    package var isNotADatabase: Bool { code == SQLITE_NOTADB }

    /// `disk I/O error (1034, errno 5) in: COMMIT`
    package var description: String {
        let errno = systemCode == 0 ? "" : ", errno \(systemCode)"
        let statement = sql.isEmpty ? "" : " in: \(sql)"
        return "\(message) (\(extendedCode)\(errno))\(statement)"
    }

    /// Extended codes that sqlite3.h computes, and Swift's importer therefore leaves out.
    private enum Extended {
        static let write = SQLITE_IOERR | (3 << 8)
        static let shmSize = SQLITE_IOERR | (19 << 8)
    }
}
