import CommandLine
import JSON
import Storage

/// The state of the accrual pipeline of a running server.
struct Pool: StoreOperation, Equatable {
    static var wire: WireForm<Self> { WireForm("pool", make: Self.init) }

    var summary: String { "pool" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        guard let pool = try context.pool() else {
            return .failure(
                ExitStatus.unavailable, "no server that asks an accrual system runs on \(context.store); start one")
        }
        return .success(pool.document())
    }
}

extension OwnerCommand {
    static let pool = OwnerCommand(
        "pool", "show the orders that wait for the accrual system of a running server, and its state", Pool.self,
        options: [.json],
        document:
            #"{"leader", "waiting", "in_flight", "users", "more_in_database", "health", "requests_per_minute", "paused_s", "last_answer_s", "answers": {"processed", "invalid", "pending", "unknown", "throttled", "untrustworthy", "failed"}}, leader only on PostgreSQL"#
    ) { _, _ in OwnerRequest(Pool()) }
}
