import Loyalty

/// The queue of the orders that the accrual system is to be asked about.
package protocol OrderQueue: Sendable {
    /// Takes an order that is stored. If the queue has no room for it, the queue finds it in the store later, so that
    /// an upload never fails because other orders wait. On a server that does not lead, the queue takes nothing: the
    /// leader finds the order by ``Leadership/ordersOfOtherServers()``.
    func put(_ order: UnfinishedOrder)
}
