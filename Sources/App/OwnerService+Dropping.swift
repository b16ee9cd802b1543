import JSON
import Loyalty
import Storage

extension OwnerService {
    /// Ends the unfinished orders of deleted users. If that fails midway, the outcome says how many were dropped.
    func dropOrdersOfDeletedUsers() -> OwnerOutcome {
        var droppedCount = 0
        do throws(StoreError) {
            try repository.dropOrdersOfDeletedUsers { orders in
                droppedCount += orders.count
                pool?.abandon(orders)
            }
        } catch {
            guard droppedCount > 0 else { return OwnerOutcome(error) }
            let done = "\(Self.orders(droppedCount)) dropped before that; run the command again for the others."
            return .failure(OwnerOutcome(error).status, "\(error.description) \(done)")
        }
        return OwnerOutcome(
            status: ExitStatus.success,
            text: droppedCount == 0
                ? "deleted users have no unfinished orders; nothing was changed\n"
                : "\(Self.orders(droppedCount)) dropped; the numbers stay taken\n",
            document: JSONObject(["dropped": .integer(Int64(droppedCount))]))
    }

    private static func orders(_ count: Int) -> String {
        count == 1 ? "1 order of deleted users was" : "\(count) orders of deleted users were"
    }
}
