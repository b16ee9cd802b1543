/// The facts by which a database that has lost acknowledged writes is recognized: it was restored from a backup, or a
/// failover has lost the newest commits.
///
/// A restored database has the versions and change ids of an earlier time, and assigns those that followed a second
/// time. A client that kept a response of the lost time would take it for current. So each server keeps the identity of
/// the database in its row `shop`, and compares it with each new connection:
///
/// * Tools that copy rows, such as `pg_restore`, write the row in a transaction of their own, whose number is then in
///   `xmin` and differs from `written_by`. Usually they also write it into another database.
/// * Recovery to a point in time and a failover begin a new timeline.
///
/// A planned failover loses nothing, and begins a new timeline too. That costs one read of each response that a client
/// has kept.
///
/// A copy of the files that starts without recovery, such as a snapshot of a volume, can't be told from a power cut.
/// The owner says that it was restored (`OwnerRepository.noteRestoredState()`).
struct DatabaseState: Equatable {
    /// A database at one point of its history.
    struct Place: Equatable {
        /// The identifier of the cluster; 0 if it is unknown.
        var cluster: Int64
        /// The number of the database in its cluster; 0 if it is unknown.
        var database: Int64
        var timeline: Int64
    }

    /// The place of the server that is asked.
    var now: Place
    /// The place in the row, which is that of the last server that took writes.
    var noted: Place
    /// The transaction that wrote the row, as the server knows it.
    var writer: Int64
    /// The transaction that wrote the row, as the row says; 0 if it is unknown.
    var notedWriter: Int64

    enum Finding: Equatable {
        /// The database has lost nothing.
        case unchanged
        /// The row names no place yet.
        case unknown
        /// Acknowledged writes may be lost.
        case mayHaveLostCommits
        /// The server lacks acknowledged writes, and does not know of its successor.
        case formerPrimary
    }

    /// The difference between the row and the server.
    var finding: Finding {
        let isCopy =
            notedWriter != 0 && notedWriter != writer || noted.database != 0 && noted.database != now.database
        if noted.cluster == 0 { return .unknown }
        if noted.cluster != now.cluster || isCopy || now.timeline > noted.timeline { return .mayHaveLostCommits }
        if now.timeline < noted.timeline { return .formerPrimary }
        return noted.database == 0 || notedWriter == 0 ? .unknown : .unchanged
    }
}
