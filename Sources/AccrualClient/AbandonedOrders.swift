import Loyalty

/// The latest orders that were abandoned before they were in the pool. An upload is stored first and put into the pool
/// some milliseconds later; if its order is abandoned in between, the pool must not ask about it.
struct AbandonedOrders {
    /// Orders that are kept: far more than all event loops can have on the way at once, in 64 KiB.
    private let countMax: Int
    private var ids: Set<OrderID> = []
    /// In the order of arrival. From `countMax` on, the newest overwrites the oldest.
    private var ring: [OrderID] = []
    private var next = 0

    init(countMax: Int = 4096) {
        precondition(countMax > 0, "countMax must be positive")
        self.countMax = countMax
    }

    func contains(_ id: OrderID) -> Bool { ids.contains(id) }

    mutating func insert(_ id: OrderID) {
        guard ids.insert(id).inserted else { return }
        guard ring.count == countMax else { return ring.append(id) }
        ids.remove(ring[next])
        ring[next] = id
        next = (next + 1) % countMax
    }
}
