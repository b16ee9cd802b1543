import CommandLine
import JSON
import Posix
import Storage

/// Copies the database into a file, and checks the copy.
struct BackUp: FileOperation, Equatable {
    /// An absolute path, since the server has a working directory of its own.
    let file: String

    static var wire: WireForm<Self> {
        WireForm("backup", .text("file", \.file)) { $0.hasPrefix("/") ? Self(file: $0) : nil }
    }

    var summary: String { "backup to \(file)" }
    var madeFile: String? { file }

    func run(
        on database: any StoreMaintenance, until cancellation: Cancellation, reply: (OwnerReply) -> Void
    ) throws(StoreError) -> CommandResult {
        let report = try database.backups.backUp(to: file, until: cancellation) { reply(.progress($0.text)) }
        return .success(
            JSONObject(["file": .string(file)]) + report.counts.document,
            text: "backed up to \(file): \(report.counts.text)\n")
    }
}

extension OwnerCommand {
    static let backup = OwnerCommand(
        "backup", "copy the database into FILE and check the copy; a server may run meanwhile", BackUp.self,
        operands: ["FILE"], options: [.json], document: #"{"file", \#(CheckReport.Counts.memberNames)}"#,
        effect: .changes
    ) { invocation, _ in OwnerRequest(BackUp(file: ProcessSetup.absolutePath(of: invocation.operand))) }
}

extension MaintenanceStage {
    /// The progress of a backup or a check.
    var text: String {
        switch self {
        case .copying(let done, let pages): "copying, \(pages == 0 ? 100 : done * 100 / pages) %"
        case .checking(let rule, let number, let count): "checking \(number) of \(count): \(rule)"
        }
    }
}
