import Posix
import Storage

/// The files that a server has open, and the paths at which it found them. If a path leads to another file, or to none,
/// SQLite goes on with the file that it has open, and loses everything that it writes.
struct FilePlaces: Sendable {
    let database: Place
    let log: Place
    let index: Place

    struct Place: Sendable {
        let path: String
        let identity: FileIdentity

        init(_ path: String) throws(SystemError) {
            self.path = path
            identity = try FileState.find(path: path).identity
        }

        enum Finding {
            case inPlace(FileState)
            /// The path leads to another file, or to none; the text says which.
            case displaced(String)
            /// An error that does not say that the file is gone.
            case unknown
        }

        /// Looks at the path (stat(2): half a microsecond).
        func find() -> Finding {
            do throws(SystemError) {
                let state = try FileState.find(path: path)
                return state.identity == identity ? .inPlace(state) : .displaced("\(path) was replaced by another file")
            } catch {
                return error.isMissingFile || error.isNoFolder
                    ? .displaced("\(path) was removed or moved away") : .unknown
            }
        }
    }

    /// The states of the three files; `nil` for a file whose state can't be found out now.
    struct States: Equatable, Sendable {
        var database: FileState?
        var log: FileState?
        var index: FileState?
    }

    enum Look {
        case inPlace(States)
        case fault(FileFault)
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

    /// Looks at all three paths, and reports the first file that is not at its path.
    func look() -> Look {
        var states = States()
        switch database.find() {
        case .inPlace(let state): states.database = state
        case .displaced(let words): return .fault(.databaseDisplaced(words))
        case .unknown: break
        }
        switch log.find() {
        case .inPlace(let state): states.log = state
        case .displaced(let words): return .fault(.logDisplaced(words))
        case .unknown: break
        }
        switch index.find() {
        case .inPlace(let state): states.index = state
        case .displaced(let words): return .fault(.indexDisplaced(words))
        case .unknown: break
        }
        return .inPlace(states)
    }

    /// The first file that is not at its path; `nil` if all are.
    var displacement: FileFault? {
        if case .fault(let fault) = look() { return fault }
        return nil
    }
}
