import Loyalty
import Posix
import Postgres
import SharedStore
import Storage

/// Checks and exports a database of PostgreSQL.
final class PostgresMaintenance: StoreMaintenance {
    private let connector: StoreConnector
    private let milliseconds: Int
    private let exportMilliseconds: Int

    /// - Parameters:
    ///   - milliseconds: the time for connecting, and for a statement of a check that does no work. A cancellation does
    ///     not end either.
    ///   - exportMilliseconds: the time of a whole export.
    init(
        connector: StoreConnector, withinMilliseconds milliseconds: Int = BlockingReader.connectMilliseconds,
        exportingWithinMilliseconds exportMilliseconds: Int = PostgresMaintenance.exportMilliseconds
    ) {
        (self.connector, self.milliseconds) = (connector, milliseconds)
        self.exportMilliseconds = exportMilliseconds
    }

    var backups: any BackupSource {
        get throws(StoreError) { throw StoreError(PostgresStore.backupRefusal) }
    }

    /// The usual time for an export, which reads every row of a shop.
    private static let exportMilliseconds = 3_600_000

    func export(
        _ login: Login?, until cancellation: Cancellation, _ record: (ShopRecord) -> Bool
    ) throws(StoreError) -> Bool {
        let reader = BlockingReader(
            connector: connector, purpose: .owner, withinMilliseconds: exportMilliseconds,
            connectingWithinMilliseconds: milliseconds)
        defer { reader.close() }
        do throws(PostgresError) {
            let watch = try CancellationWatch(cancellation)
            reader.watch = watch
            defer { watch.stop() }
            // The reader has no connection yet, so it makes no second try, which would repeat records.
            return try reader.read(isSnapshot: true) { session throws(PostgresError) in
                try session.exportShop(login) { !cancellation.isCancelled && record($0) }
            }
        } catch {
            if cancellation.isCancelled { throw StoreError("The export was stopped.") }
            throw StoreError("The database \(connector.address) can't be read: \(error).")
        }
    }

    func check(
        until cancellation: Cancellation, progress: (MaintenanceStage) -> Void
    ) throws(StoreError) -> CheckReport {
        do throws(PostgresError) {
            var connection = try connector.connect(.owner, until: .after(milliseconds: milliseconds))
            return try PostgresCheck.run(
                on: &connection, until: cancellation, withinMilliseconds: milliseconds, progress)
        } catch {
            if cancellation.isCancelled { throw StoreError("The check was stopped.") }
            throw StoreError("The database \(connector.address) can't be checked: \(error).")
        }
    }
}

extension PostgresStore {
    package static let backupRefusal =
        "Backups on PostgreSQL are made and restored with its own tools, such as pg_dump and pg_restore."

    package var backupRefusal: String? { Self.backupRefusal }
}
