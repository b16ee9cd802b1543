import Posix
import Postgres
import Storage

/// Checks a database of PostgreSQL. Backups are made by its own tools.
final class PostgresMaintenance: StoreMaintenance {
    private let connector: StoreConnector

    private static let connectMilliseconds = 10_000

    init(connector: StoreConnector) {
        self.connector = connector
    }

    var backups: (any BackupSource)? { nil }

    func check(
        until cancellation: Cancellation, progress: (MaintenanceStage) -> Void
    ) throws(StoreError) -> CheckReport {
        do throws(PostgresError) {
            var connection = try connector.connect(.owner, until: .after(milliseconds: Self.connectMilliseconds))
            return try PostgresCheck.run(on: &connection, until: cancellation, progress)
        } catch {
            if cancellation.isCancelled { throw StoreError("The check was stopped.") }
            throw StoreError("The database \(connector.address) can't be checked: \(error).")
        }
    }
}
