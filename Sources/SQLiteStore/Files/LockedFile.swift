import Synchronization

/// The locked file of a server's database, for any thread.
final class LockedFile: Sendable {
    /// `nil` after ``close(forgettingLog:)``, which lets the lock go.
    private let file: Mutex<DatabaseFile?>

    init(_ file: consuming DatabaseFile) {
        self.file = Mutex(file)
    }

    /// Lets the lock go, after the last connection was closed.
    ///
    /// - Parameter forgettingLog: true if there is no log any more.
    func close(forgettingLog: Bool) {
        file.withLock { file in
            if forgettingLog { file?.forgetLog() }
            file = nil
        }
    }

    /// Takes the lock file's name again if it was removed.
    func renewLock() {
        file.withLock { file in file?.renewLock() }
    }

    /// Has the next start refuse the database and its log, into which another program wrote.
    func noteOverwrite() {
        file.withLock { file in file?.noteOverwrite() }
    }
}
