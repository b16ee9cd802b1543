import Posix
import SQLite

/// Syncs a file on a thread of its own, one sync at a time. For one thread, which stops it in the end.
final class BackgroundSync {
    private let requests = BlockingQueue<Void>(capacity: 1)
    private let results = BlockingQueue<Result<Void, SQLiteError>>(capacity: 1)
    private let thread: Thread
    private var hasBegun = false

    init(of file: SyncableFile) {
        thread = Thread(name: "file sync") { [requests, results] in
            while requests.take() != nil {
                let result = Result { () throws(SQLiteError) in try file.sync() }
                let hasRoom = results.put(result)
                precondition(hasRoom, "each result is taken before the next sync")
            }
        }
    }

    /// Begins a sync of all that has been written by now.
    func begin() {
        precondition(!hasBegun, "a sync is finished before the next")
        hasBegun = requests.put(())
        precondition(hasBegun, "nothing begins after the stop")
    }

    /// Whether waiting in ``finish()`` would take time.
    var isUnderWay: Bool { hasBegun && results.count == 0 }

    /// Waits for the sync that was begun, where one was; throws where it failed, and what it was to write may be lost.
    func finish() throws(SQLiteError) {
        guard hasBegun else { return }
        hasBegun = false
        guard let result = results.take() else { preconditionFailure("results stay open") }
        try result.get()
    }

    func stop() {
        requests.close()
        thread.join()
    }
}
