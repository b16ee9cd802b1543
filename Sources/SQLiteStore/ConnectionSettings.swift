/// What each connection is told when it opens (sqlite.org/pragma.html).
enum ConnectionSettings {
    /// How long a statement waits for another connection's lock: one of `sqlite3` in the owner's hand, or a checkpoint.
    static let busyTimeoutMilliseconds = 5000

    /// What the writer may keep in memory of the file, so that random order numbers find their pages there.
    static let writerCacheKibibytes = 16 * 1024

    /// Nothing here touches the file, so that another program's is left as it was.
    static let common = """
        PRAGMA foreign_keys = ON;
        PRAGMA trusted_schema = OFF;
        PRAGMA cell_size_check = ON;
        PRAGMA temp_store = MEMORY;
        """

    /// FULL syncs the log at each commit; NORMAL loses acknowledged commits in a power cut. Pages are read into memory of
    /// our own: through a mapping, a stray write of ours would be a write to the file, and a read error a signal. What is
    /// deleted, such as a user's login, is overwritten (Debian's library does so by itself).
    static let writer = """
        PRAGMA synchronous = FULL;
        PRAGMA secure_delete = ON;
        PRAGMA mmap_size = 0;
        PRAGMA cache_size = -\(writerCacheKibibytes);
        PRAGMA wal_autocheckpoint = 0;
        PRAGMA journal_size_limit = \(walBytesKept);
        """

    /// A log that had to grow, while a backup was reading, is cut to this when it starts anew.
    static let walBytesKept = 64 * 1024 * 1024

    static let reader = """
        PRAGMA query_only = ON;
        PRAGMA wal_autocheckpoint = 0;
        """

    /// The longest value that Martlet stores has 1,024 bytes, and the longest row has some. A file may have longer ones, which would
    /// have to be read into memory.
    static let valueBytesMax = 1 << 20
}
