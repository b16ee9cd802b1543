import CSQLite

/// The SQLite library this process runs with, which may be newer than the one it was built with.
package enum SQLiteLibrary {
    /// `3.40.1`
    package static var version: String { String(cString: sqlite3_libversion()) }

    /// 3040001 for 3.40.1.
    package static var versionNumber: Int { Int(sqlite3_libversion_number()) }
}
