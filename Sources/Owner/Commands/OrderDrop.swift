import CommandLine
import JSON
import Loyalty
import Storage

/// Ends the unfinished orders of deleted users as invalid.
struct OrderDrop: StoreOperation, Equatable {
    static var wire: WireForm<Self> { WireForm("drop_orders_of_deleted_users", make: Self.init) }

    static let isChange = true
    static let isLong = true

    var summary: String { "order drop --deleted" }

    /// If the store fails midway, the result says how many orders were dropped.
    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        var droppedCount = 0
        do throws(StoreError) {
            try context.repository.dropOrdersOfDeletedUsers { orders in
                droppedCount += orders.count
                context.surroundings.pool?.abandon(orders)
            }
        } catch {
            guard droppedCount > 0 else { throw error }
            let done = "\(Self.orders(droppedCount)) dropped before that; run the command again for the others."
            return .failure(CommandResult(error).status, "\(error.description) \(done)")
        }
        return .success(
            JSONObject(["dropped": .integer(Int64(droppedCount))]),
            text: droppedCount == 0
                ? "deleted users have no unfinished orders; nothing was changed\n"
                : "\(Self.orders(droppedCount)) dropped; the numbers stay taken\n")
    }

    private static func orders(_ count: Int) -> String {
        count == 1 ? "1 order of deleted users was" : "\(count) orders of deleted users were"
    }
}

extension OwnerCommand {
    static let orderDrop = OwnerCommand(
        "order drop", "end the unfinished orders of deleted users as INVALID", OrderDrop.self,
        options: [.deleted.needed, .yes, .json],
        details: [
            "The accrual system is not asked about them any more. Their numbers stay taken, and no later answer credits them.",
            confirmation,
        ], document: #"{"dropped"}"#, statuses: Statuses.read + [ExitStatus.refused], effect: .changes
    ) { invocation, _ throws(Refusal) in
        guard invocation.has(.deleted) else { throw .misuse("--deleted is missing") }
        try OwnerQuestion.confirm("Drop the unfinished orders of deleted users?", invocation)
        return OwnerRequest(OrderDrop())
    }
}
