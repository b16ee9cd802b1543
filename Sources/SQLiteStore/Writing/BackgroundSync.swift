import Posix
import SQLite

/// Syncs a file on its own thread, one sync at a time. It is used and stopped by one thread.
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
                precondition(hasRoom, "the result of a sync must be taken before the next one")
            }
        }
    }

    /// Begins a sync of everything that has been written so far.
    func begin() {
        precondition(!hasBegun, "a sync must be finished before the next begins")
        hasBegun = requests.put(())
        precondition(hasBegun, "no sync must begin after the stop")
    }

    /// True if ``finish()`` would wait.
    var isUnderWay: Bool { hasBegun && results.count == 0 }

    /// Waits for a sync in progress, if there is one.
    ///
    /// - Throws: the error of the sync. The bytes that it covered may be lost then.
    func finish() throws(SQLiteError) {
        guard hasBegun else { return }
        hasBegun = false
        guard let result = results.take() else { preconditionFailure("the queue of results must stay open") }
        try result.get()
    }

    func stop() {
        requests.close()
        thread.join()
    }
}
