import CommandLine
import JSON
import Loyalty
import Posix
import Storage

/// A page of the backups in the configured folder, newest first.
struct BackupsList: StoreOperation, Equatable {
    /// The time of the last backup of the page before, in seconds since 1970; `Int64.max` for the first page.
    let before: Int64

    static var wire: WireForm<Self> { WireForm("backups", .integer("before", \.before), make: Self.init) }

    var summary: String { "backups list" }

    func next(from position: Int64, wanted: Int?) -> Self? { position < before ? Self(before: position) : nil }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        guard let plan = try context.backupPlan() else { return .noBackupFolder }
        let files: [BackupFolder.File]
        do throws(SystemError) {
            files = try plan.list().filter { $0.seconds < before }
        } catch {
            return .failure(ExitStatus.unavailable, "the folder for backups, \(plan.folder), can't be read: \(error)")
        }
        let page = files.prefix(Page.rowsMax)
        for file in page { row(file.document) }
        return .success(JSONObject([:]), next: page.count < files.count ? page.last?.seconds : nil)
    }
}

extension BackupFolder.File {
    var document: JSONObject {
        JSONObject([
            "name": .string(name), "at": .time(Timestamp(milliseconds: seconds * 1000)), "bytes": .integer(bytes),
        ])
    }
}

extension CommandResult {
    static let noBackupFolder = CommandResult.failure(
        ExitStatus.refused, "no folder for backups is configured (backups.folder)")
}

extension OwnerCommand {
    static let backupsList = OwnerCommand(
        "backups list", "list the backups in the configured folder, newest first", BackupsList.self, options: [.json],
        details: ["The folder is backups.folder of the configuration: that of the server, if one runs."],
        document: #"{"backups": [{"name", "at", "bytes"}]}"#, statuses: Statuses.read + [ExitStatus.refused]
    ) { _, _ in OwnerRequest(BackupsList(before: .max), rowsName: "backups") }
}
