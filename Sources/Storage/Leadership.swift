import Loyalty

/// The lead among the servers that have a store open: the leader asks the accrual system, and the others only take
/// orders.
///
/// If all servers asked, the accrual system would get too many requests: its pace, a pause that it asks for and its
/// health are known to one process. Nothing else depends on the lead. If two servers believe for a moment that they
/// lead, the accrual system is asked twice about an order, and the second answer changes nothing
/// (``SettlementRepository/settle(_:at:)``).
package protocol Leadership: Sendable {
    /// True while this server leads. It may change at any time. A server that has lost its connection to the store no
    /// longer leads as soon as another one could, by its own clock.
    ///
    /// The dispatcher reads it at each tick, so it does not wait.
    var isLeading: Bool { get }

    /// Returns the orders without a final status that other servers have stored since the last call. Some may be
    /// returned again. Orders from before this server's lead may be left out, since a server that gains the lead looks
    /// for all unfinished orders.
    ///
    /// The call may block; the dispatcher makes it at each tick while this server leads.
    ///
    /// - Throws: As a ``Repository`` does. The next call then returns the orders.
    func ordersOfOtherServers() throws(LoyaltyError) -> [UnfinishedOrder]
}

/// The leadership of a store that one server at a time has open.
package struct SoleLeadership: Leadership {
    package init() {}

    package var isLeading: Bool { true }

    package func ordersOfOtherServers() -> [UnfinishedOrder] { [] }
}
