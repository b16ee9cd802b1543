import Posix
import Storage

/// The files that a server has open, and the paths at which it found them: SQLite goes on with what it has open when a path leads
/// to another file, or to none, and then loses what it writes.
struct FilePlaces: Sendable {
    private let database: Place
    private let log: Place
    private let index: Place

    private struct Place: Sendable {
        let path: String
        let identity: FileIdentity

        init(_ path: String) throws(SystemError) {
            self.path = path
            identity = try FileIdentity.find(path: path)
        }

        /// What became of the file, in words; `nil` if it is still there. An error that does not say that it is gone says nothing.
        var change: String? {
            do throws(SystemError) {
                return try FileIdentity.find(path: path) == identity ? nil : "\(path) was replaced by another file"
            } catch {
                return error.isMissingFile || error.isNoFolder ? "\(path) was removed or moved away" : nil
            }
        }
    }

    /// Which file is not at its path any more.
    enum Displacement: Equatable, Sendable {
        /// The database's own file, and with it perhaps all others.
        case database(String)
        /// The log, and the database is still there: what the log holds can be put into the database.
        case log(String)
        /// The log's index alone, and what it tells is in the log.
        case index(String)

        var words: String {
            switch self {
            case .database(let words), .log(let words), .index(let words): words
            }
        }
    }

    /// The files of a database that the writer has opened.
    init(database path: String) throws(StoreError) {
        do throws(SystemError) {
            database = try Place(path)
            log = try Place(path + "-wal")
            index = try Place(path + "-shm")
        } catch {
            throw StoreError("The files of the database \(path) can't be found (\(error)).")
        }
    }

    /// The first file that is not where it was; `nil` if all are (stat(2), three times: some microseconds).
    var displacement: Displacement? {
        if let words = database.change { return .database(words) }
        if let words = log.change { return .log(words) }
        return index.change.map { .index($0) }
    }
}
