import CommandLine
import JSON
import Storage

/// Lets the servers know that the database is an older state of itself, if they can't find it out.
struct RestoredState: StoreOperation, Equatable {
    static var wire: WireForm<Self> { WireForm("note_restored_state", make: Self.init) }

    static let isChange = true

    var summary: String { "restored" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        let isNoted = try context.repository.noteRestoredState()
        return .success(
            JSONObject(["changed": .bool(isNoted)]),
            text: isNoted
                ? "clients read everything again\n"
                : "each start of a server makes clients read everything again; nothing was changed\n")
    }
}

extension OwnerCommand {
    static let restored = OwnerCommand(
        "restored", "make clients read everything again after a snapshot of a disk was restored",
        RestoredState.self, options: [.json],
        details: [
            "It is for databases of PostgreSQL. Run it before the servers start. Otherwise clients might take what they have kept for current.",
            "Martlet notices by itself that a dump, a base backup with recovery or a file of SQLite was restored.",
        ], document: #"{"changed"}"#, effect: .changes
    ) { _, _ in OwnerRequest(RestoredState()) }
}
