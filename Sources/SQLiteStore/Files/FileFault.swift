/// Why the writer can't go on with the files that it has open.
enum FileFault: Equatable, Sendable {
    /// The database's own file is not at its path any more, and with it perhaps all others.
    case databaseDisplaced(String)
    /// The log is not at its path any more, and the database is: what the log holds can be put into the database.
    case logDisplaced(String)
    /// The log's index alone is not at its path any more, and everything that it says is in the log.
    case indexDisplaced(String)
    /// Another program wrote into the database by another way than SQLite's.
    case databaseChanged(String)
    /// Another program wrote into the log by another way than SQLite's.
    case logChanged(String)
    /// Another program wrote into the log's index; the log has everything.
    case indexChanged(String)

    /// A sentence about the file, without its full stop.
    var words: String {
        switch self {
        case .databaseDisplaced(let words), .logDisplaced(let words), .indexDisplaced(let words),
            .databaseChanged(let words),
            .logChanged(let words), .indexChanged(let words):
            words
        }
    }

    /// True if what was acknowledged may be destroyed, also in the files that are open.
    var isDestructive: Bool {
        switch self {
        case .databaseChanged, .logChanged: true
        case .databaseDisplaced, .logDisplaced, .indexDisplaced, .indexChanged: false
        }
    }
}
