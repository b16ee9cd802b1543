/// The settings of each connection when it opens (sqlite.org/pragma.html).
enum ConnectionSettings {
    /// The longest wait of a statement for another connection's lock: that of an owner's `sqlite3`, or a checkpoint's.
    static let busyTimeoutMilliseconds = 5000

    /// The most memory in which the writer caches pages, so that random order numbers find their pages there.
    static let writerCacheKibibytes = 16 * 1024

    /// The most memory in which an event loop of the customers caches pages. Each page that is not there costs a system
    /// call, and a check of all its cells.
    static let loopCacheKibibytes = 32 * 1024

    /// The memory of other readers, which are many and read little: SQLite's default.
    static let readerCacheKibibytes = 2000

    /// None of these settings changes the file, so a foreign file stays as it was.
    static let common = """
        PRAGMA foreign_keys = ON;
        PRAGMA trusted_schema = OFF;
        PRAGMA cell_size_check = ON;
        PRAGMA temp_store = MEMORY;
        """

    /// FULL syncs the log at each commit; NORMAL loses acknowledged commits in a power cut. Pages are read into the
    /// process's own memory: through a mapping, a stray write would change the file, and a read error would be a
    /// signal. Deleted values, such as a user's login, are overwritten (Debian's library does so by default).
    static let writer = """
        PRAGMA synchronous = FULL;
        PRAGMA secure_delete = ON;
        PRAGMA mmap_size = 0;
        PRAGMA cache_size = -\(writerCacheKibibytes);
        PRAGMA wal_autocheckpoint = 0;
        PRAGMA journal_size_limit = \(walBytesKept);
        """

    /// A log that grew while a backup was reading is truncated to this size when it starts over.
    static let walBytesKept = 64 * 1024 * 1024

    static func reader(cacheKibibytes: Int) -> String {
        """
        PRAGMA query_only = ON;
        PRAGMA wal_autocheckpoint = 0;
        PRAGMA cache_size = -\(cacheKibibytes);
        """
    }

    /// The longest value that a reader accepts. Martlet stores values of up to 1,024 bytes and a few of them in a row;
    /// a foreign file may have longer ones, which would have to be read into memory.
    static let valueBytesMax = 1 << 20
}
