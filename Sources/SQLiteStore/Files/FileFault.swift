/// The reason why the writer can't go on with the files that it has open.
enum FileFault: Equatable, Sendable {
    /// The database is not at its path any more, and perhaps the other files are not either.
    case databaseDisplaced(String)
    /// The log is not at its path any more, but the database is: the log's content can still be written back.
    case logDisplaced(String)
    /// Only the log's index is not at its path any more. Everything in it is also in the log.
    case indexDisplaced(String)
    /// Another program wrote into the database without SQLite.
    case databaseChanged(String)
    /// Another program wrote into the log without SQLite.
    case logChanged(String)
    /// Another program wrote into the log's index. The log is intact.
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

    /// True if acknowledged writes may be destroyed, even in the files that the server has open.
    var isDestructive: Bool {
        switch self {
        case .databaseChanged, .logChanged: true
        case .databaseDisplaced, .logDisplaced, .indexDisplaced, .indexChanged: false
        }
    }
}
