import JSON
import Loyalty
import Posix
import Synchronization
import Text

/// The state of scheduled backups, for the metrics and for `martlet stats`. Any thread may read it.
package final class BackupStatus: Sendable {
    package struct Facts: Equatable, Sendable {
        /// The time at which the newest backup in the folder was begun, in seconds since 1970; `nil` if there is none.
        package var newestAt: Int64?
        package var newestBytes: Int?
        /// True if the last attempt succeeded; `nil` before the first attempt.
        package var isSuccess: Bool?
        /// Why the last attempt failed; `nil` if it succeeded.
        var failure: String?
    }

    private let facts = Mutex(Facts())

    /// The present state.
    package var current: Facts { facts.withLock { $0 } }

    /// Notes the newest backup among the names in the folder.
    func note(_ names: [String], of plan: BackupPlan, atSeconds now: Int64) {
        let newest = plan.newest(names, atSeconds: now)
        let bytes = newest.flatMap { File.size(path: "\(plan.folder)/\($0.name)") }
        facts.withLock { facts in
            facts.newestAt = newest?.seconds
            facts.newestBytes = bytes
        }
    }

    /// Notes the end of an attempt.
    ///
    /// - Parameter failure: why the backup failed; `nil` if it succeeded.
    func noteEnd(failure: String?) {
        facts.withLock { facts in
            facts.isSuccess = failure == nil
            facts.failure = failure
        }
    }
}

extension BackupStatus.Facts {
    func document(atSeconds now: Int64) -> JSONObject {
        JSONObject([
            "newest_at": newestAt.map { .time(Timestamp(milliseconds: $0 * 1000)) } ?? .null,
            "age_s": newestAt.map { .integer(max(0, now - $0)) } ?? .null,
            "bytes": newestBytes.map { .integer(Int64($0)) } ?? .null,
            "result": isSuccess.map { .string($0 ? "succeeded" : "failed") } ?? .null,
            "failure": .text(failure?.oneLine),
        ])
    }
}

extension BackupPlan {
    /// The state as the folder shows it if no server runs, without the last attempt.
    var document: JSONObject {
        let status = BackupStatus()
        let now = SystemClock.wallMilliseconds() / 1000
        status.note((try? FolderListing.names(in: folder)) ?? [], of: self, atSeconds: now)
        return status.current.document(atSeconds: now)
    }
}
