import CSQLite
import Glibc

/// The file of a connection, which another thread may sync while the connection is open and idle.
package struct SyncableFile: @unchecked Sendable {
    // Safe: the sync reads the descriptor and the name, which do not change until the connection closes. It records an
    // error in a field that only the connection's next call reads (unixSync in SQLite's os_unix.c).
    let file: UnsafeMutablePointer<sqlite3_file>

    /// Puts on the disk what any connection of this process has written to the file (fdatasync(2)). Throws an error
    /// that ``SQLiteError/isIOFailure``.
    package func sync() throws(SQLiteError) {
        let code = file.pointee.pMethods.pointee.xSync(file, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY)
        guard code == SQLITE_OK else {
            throw SQLiteError(extendedCode: code, systemCode: errno, message: "the database's file could not be synced")
        }
    }
}

extension Database {
    /// The database's file as SQLite has it open (sqlite.org/c3ref/c_fcntl_begin_atomic_write.html,
    /// `SQLITE_FCNTL_FILE_POINTER`). Closing a second descriptor of the file would drop SQLite's locks.
    package var syncableFile: SyncableFile {
        var file: UnsafeMutablePointer<sqlite3_file>?
        let code = sqlite3_file_control(open, "main", SQLITE_FCNTL_FILE_POINTER, &file)
        guard code == SQLITE_OK, let file, file.pointee.pMethods != nil else {
            preconditionFailure("an open database must have a file")
        }
        return SyncableFile(file: file)
    }

    /// The first 100 bytes of the database's file, or all of them if it is shorter (sqlite.org/fileformat.html, section
    /// 1.3).
    package var fileHeader: [UInt8] {
        let file = syncableFile.file
        var bytes = [UInt8](repeating: 0, count: 100)
        let code = file.pointee.pMethods.pointee.xRead(file, &bytes, CInt(bytes.count), 0)
        return code == SQLITE_OK ? bytes : []
    }
}
