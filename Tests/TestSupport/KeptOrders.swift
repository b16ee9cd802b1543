import Loyalty
import Storage
import Synchronization

/// A queue that keeps the orders that it is given.
package final class KeptOrders: OrderQueue {
    private let kept = Mutex<[UnfinishedOrder]>([])
    private let onCall: @Sendable (String) -> Void

    /// - Parameter onCall: Called with the name of each call.
    package init(onCall: @escaping @Sendable (String) -> Void = { _ in }) { self.onCall = onCall }

    package func put(_ order: UnfinishedOrder) {
        onCall("put")
        kept.withLock { $0.append(order) }
    }

    package var orders: [UnfinishedOrder] { kept.withLock { $0 } }

    package var numbers: [String] { orders.map(\.number.digits) }
}
