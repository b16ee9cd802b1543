import Changes
import Loyalty

/// The events of one transaction that other threads and instances learn after its commit.
struct TransactionEvents: Equatable, Sendable {
    /// The changes of users, in order.
    var changes: [Change] = []
    /// The users of whom sessions were ended before their time, so that their event streams end.
    var sessionEnds: [UserID] = []
    /// Orders that the leader is to ask about.
    var newOrders: [UnfinishedOrder] = []
    /// Orders that an owner's command has ended, about which the leader must not ask any more.
    var droppedOrders: [UnfinishedOrder] = []
    /// Attempts to sign in or to register, which other instances count too. They have nothing to do with the
    /// transaction, which only carries them.
    var attempts: [[UInt8]] = []

    var isEmpty: Bool { count == 0 }

    var count: Int {
        changes.count + sessionEnds.count + newOrders.count + droppedOrders.count + attempts.count
    }

    mutating func append(_ others: TransactionEvents) {
        changes += others.changes
        sessionEnds += others.sessionEnds
        newOrders += others.newOrders
        droppedOrders += others.droppedOrders
        attempts += others.attempts
    }
}
