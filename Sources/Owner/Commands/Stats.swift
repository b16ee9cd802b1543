import CommandLine
import JSON
import Storage

/// The number of users, orders, points and bytes.
struct Stats: StoreOperation, Equatable {
    static var wire: WireForm<Self> { WireForm("statistics", make: Self.init) }

    static let isLong = true

    var summary: String { "stats" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        let statistics = try context.repository.statistics()
        let backups = JSONObject(["backups": context.surroundings.backups.map { .object($0) } ?? .null])
        let document =
            statistics.document + context.repository.size.document + context.repository.engine.document + backups
        guard context.storage.backupRefusal != nil else { return .success(document) }
        // An engine whose own tools make its backups keeps its log elsewhere too.
        let shown = document.members.filter { !["backups", "log_bytes"].contains($0.name) }
        return .success(document, text: TextTable.fields(JSONObject(members: shown)))
    }
}

extension OwnerCommand {
    static let stats = OwnerCommand(
        "stats", "count users, orders, points and bytes", Stats.self, options: [.json],
        document:
            #"{"users": {"active", "disabled", "deleted"}, "orders": {"NEW", "PROCESSING", "INVALID", "PROCESSED"}, "points": {"outstanding", "granted", "adjusted", "spent", "returned"}, "file_bytes", "log_bytes", "sqlite_version", "backups": {"newest_at", "age_s", "bytes", "result", "failure"}}, postgresql_version on PostgreSQL"#
    ) { _, _ in OwnerRequest(Stats()) }
}
