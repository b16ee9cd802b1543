import CommandLine
import JSON
import Loyalty
import Posix
import Storage

/// Makes a backup in the configured folder, and records it among the actions.
struct BackupsMake: StoreOperation, Equatable {
    static var wire: WireForm<Self> { WireForm("make_backup", make: Self.init) }

    static let isChange = true
    static let isLong = true
    static let makesFile = true

    var summary: String { "backups make" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        guard let plan = try context.backupPlan() else { return .noBackupFolder }
        let database = try context.storage.makeMaintenance()
        let file = try FileAccount.assumedRoot { () throws(StoreError) in
            try plan.backUp(database, until: context.cancellation)
        }
        _ = try context.apply(.makeBackup(name: file.name))
        return .success(
            file.document, text: "backed up to \(plan.folder)/\(file.name): \(file.bytes) bytes\n")
    }
}

extension OwnerCommand {
    static let backupsMake = OwnerCommand(
        "backups make", "make a backup in the configured folder now, as the schedule does", BackupsMake.self,
        options: [.json],
        details: [
            "The folder is backups.folder of the configuration: that of the server, if one runs.",
            "The schedule counts the backup, and removes it when it is old. martlet backup FILE makes one of your own.",
        ], document: #"{"name", "at", "bytes"}"#, statuses: Statuses.read + [ExitStatus.refused], effect: .changes
    ) { _, _ in OwnerRequest(BackupsMake()) }
}
