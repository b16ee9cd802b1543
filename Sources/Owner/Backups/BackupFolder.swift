import CommandLine
import Loyalty
import Posix
import Storage
import Synchronization

/// The folder of backups, as the staff API shows it. Any thread may use it.
package final class BackupFolder: Sendable {
    package struct File: Equatable, Sendable {
        package let name: String
        /// The time at which the backup was begun, in seconds since 1970.
        package let seconds: Int64
        package let bytes: Int
    }

    private let plan: BackupPlan
    private let store: any Storage
    private let log: Log
    private let cancellation = Cancellation()
    private let making = Mutex(Making())
    private let startThread: Thread.Start

    private struct Making {
        /// The thread that makes a backup, or made the last one; `nil` before the first.
        var thread: Thread?
        var isUnderWay = false
    }

    /// The time after which a client may ask again if another backup is being made, or no thread can be.
    private static let busyRetryAfterSeconds = 5

    package init(
        _ plan: BackupPlan, store: any Storage, log: Log, startThread: @escaping Thread.Start = Thread.start
    ) {
        (self.plan, self.store, self.log, self.startThread) = (plan, store, log, startThread)
    }

    /// The backups, the newest first; `nil` if the folder can't be read.
    package func list() -> [File]? { try? plan.list() }

    /// Makes a backup on a thread of its own, as `martlet backup` does, and returns it.
    ///
    /// - Throws: ``Loyalty/LoyaltyError/unavailable(retryAfterSeconds:)`` if another one is being made or there is no
    ///   thread, and ``Loyalty/LoyaltyError/failed`` if it can't be made; the log has the reason.
    package func make() async throws(LoyaltyError) -> File {
        let result: Result<File?, LoyaltyError> = await Resumption.suspend { resumption in
            let isStarted = making.withLock { making in
                guard !making.isUnderWay, !cancellation.isCancelled else { return false }
                // The last thread has nothing left to do, so this does not block.
                making.thread.take()?.join()
                do throws(SystemError) {
                    making.thread = try startThread("backup") { [self] in
                        let file = backUp()
                        self.making.withLock { $0.isUnderWay = false }
                        resumption.resume(returning: .success(file))
                    }
                } catch {
                    log.error("the backup that the staff asked for can't be begun: \(error)")
                    return false
                }
                making.isUnderWay = true
                return true
            }
            if !isStarted {
                resumption.resume(returning: .failure(.unavailable(retryAfterSeconds: Self.busyRetryAfterSeconds)))
            }
        }
        guard let file = try result.get() else { throw .failed }
        return file
    }

    /// Stops a backup that is under way, and returns once it has ended.
    package func stop() {
        cancellation.cancel()
        let thread = making.withLock { making in
            let thread = making.thread
            making.thread = nil
            return thread
        }
        thread?.join()
    }

    private func backUp() -> File? {
        FileAccount.assumedRoot {
            do throws(StoreError) {
                let file = try plan.backUp(try store.makeMaintenance(), until: cancellation)
                log.info("backed up to \(plan.folder)/\(file.name)")
                return file
            } catch {
                log.error("the backup that the staff asked for failed: \(error)")
                return nil
            }
        }
    }
}
