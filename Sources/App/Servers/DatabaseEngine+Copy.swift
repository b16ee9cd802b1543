import Configuration
import Posix
import PostgresStore
import SQLiteStore
import SharedStore
import Storage

extension DatabaseEngine {
    /// Copies a database into a new one, whichever engines they have.
    ///
    /// The target is made first, since it is refused at once if it is there already, while the source may have to wait
    /// for the end of its servers.
    @Sendable static func copy(
        from source: DatabaseLocation, to target: DatabaseLocation, until cancellation: Cancellation,
        progress: @escaping (CopyProgress) -> Void
    ) throws(StoreError) -> CheckReport.Counts {
        let copyTarget: any CopyTarget =
            switch target {
            case .file(let path): try SQLiteCopyTarget(path: path, until: cancellation)
            case .server(let address): try PostgresCopyTarget(address: address.text, until: cancellation)
            }
        let copySource: any CopySource
        do throws(StoreError) {
            copySource =
                switch source {
                case .file(let path): try SQLiteCopySource(path: path, until: cancellation)
                case .server(let address):
                    try PostgresCopySource(address: address.text, until: cancellation, progress: progress)
                }
        } catch {
            copyTarget.discard()
            throw error
        }
        return try StoreCopy(from: copySource, to: copyTarget, until: cancellation, progress: progress).run()
    }
}
