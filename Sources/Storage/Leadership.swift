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

    /// True if another server is known to have the lead. If neither this server nor another one is known to lead, the
    /// store may be out of reach, or it was not asked yet.
    var isWithAnother: Bool { get }

    /// The number of this server's term, which changes when it gains the lead, when its lead had ended for a moment,
    /// and when the store may have lost orders. The orders of a former term are read again.
    var term: Int64 { get }

    /// Returns the orders without a final status that other servers have stored since the last call. Some may be
    /// returned again, and some may have got a final status since.
    ///
    /// The call may block; the dispatcher makes it at each tick while this server leads.
    ///
    /// - Throws: As a ``Repository`` does. The next call then returns the orders.
    func ordersOfOtherServers() throws(LoyaltyError) -> [UnfinishedOrder]

    /// Returns the orders that commands of the owner have ended since the last call in other processes. The database
    /// knows best: an order may be named that was not ended.
    ///
    /// The call does not wait. The dispatcher makes it at each tick while this server leads.
    func droppedOrders() -> [UnfinishedOrder]

    /// Leaves the orders out that other servers have stored or ended so far. A server that gains the lead calls it
    /// before it looks for all unfinished orders: it then finds those of them that the leader before has not settled.
    ///
    /// The call does not wait.
    func skipOrdersOfOtherServers()

    /// The pace for which the accrual system has asked the leader before, as of now. The dispatcher reads it when this
    /// server gains the lead.
    var inheritedPace: AskedPace { get }

    /// Passes the pace on to the next leader. The dispatcher calls it at each tick while this server leads; the call
    /// does not wait.
    func passOn(_ pace: AskedPace)

    /// Makes the store keep a report of the pipeline while this server leads, for commands that ask no server
    /// (``OwnerRepository/leadersReport()``).
    ///
    /// - Parameter make: makes the report, on any thread and about once a second; a text of at most
    ///   ``LeadersReport/bytesMax`` bytes.
    func share(_ make: @escaping @Sendable () -> String)
}

/// The facts about the accrual pipeline in a store that several servers have open.
package struct LeadersReport: Equatable, Sendable {
    /// A longer text is not kept. A report has a few hundred bytes.
    package static let bytesMax = 4_096

    /// The last report of the server that leads now; `nil` if no server leads, or if it has not written any yet.
    package let text: String?
    /// True if a server answers about the receipts of this store, so that they may earn points whichever accrual
    /// system the leader asks.
    package let hasReceiptServer: Bool

    package init(text: String?, hasReceiptServer: Bool) {
        (self.text, self.hasReceiptServer) = (text, hasReceiptServer)
    }
}

/// The pace for which an accrual system has asked, which holds for all servers together.
package struct AskedPace: Equatable, Sendable {
    /// The rest of a pause; 0 if there is none.
    package var pauseMilliseconds: Int64
    /// The requests that are allowed in a minute; `nil` if the accrual system has named no number.
    package var requestsPerMinute: Int?

    package static let none = AskedPace(pauseMilliseconds: 0, requestsPerMinute: nil)

    package init(pauseMilliseconds: Int64, requestsPerMinute: Int?) {
        (self.pauseMilliseconds, self.requestsPerMinute) = (pauseMilliseconds, requestsPerMinute)
    }
}

/// The leadership of a store that one server at a time has open.
package struct SoleLeadership: Leadership {
    package init() {}

    package var isLeading: Bool { true }
    package var isWithAnother: Bool { false }
    package var term: Int64 { 0 }

    package func ordersOfOtherServers() -> [UnfinishedOrder] { [] }

    package func droppedOrders() -> [UnfinishedOrder] { [] }

    package func skipOrdersOfOtherServers() {}

    package var inheritedPace: AskedPace { .none }

    package func passOn(_ pace: AskedPace) {}

    /// Commands ask the server itself.
    package func share(_ make: @escaping @Sendable () -> String) {}
}
