import Changes
import Loyalty
import Posix
import Postgres

/// A transaction of this instance, with its events if it has just been committed.
struct OwnTransaction {
    let instance: Int64
    let number: Int64
    var events = TransactionEvents()

    fileprivate func isSender(of header: ChangeNotification.Header) -> Bool {
        header.instance == instance && header.transaction == number
    }
}

/// Publishes the content of notifications: changes to the listeners of this process, new orders to its pipeline, and
/// attempts to sign in to its limits. It belongs to the thread of the writer.
struct EventPublisher {
    private let changeLog: ChangeLog
    private let orders: OrdersOfOthers
    private let attempts: AttemptsOfInstances
    private let log: Log
    private var hasWarned = false

    /// The events of some notifications.
    private struct Heard {
        var events = TransactionEvents()
        var othersOrders: [UnfinishedOrder] = []
        var othersAttempts: [[UInt8]] = []
    }

    /// No more notifications are read before so many events are handed on. Anyone who may connect to the database may
    /// notify, and the texts that wait may have 64 MiB: the events of them all would take several times that.
    private static let eventsMax = 4_096

    init(changeLog: ChangeLog, orders: OrdersOfOthers, attempts: AttemptsOfInstances, log: Log) {
        (self.changeLog, self.orders, self.attempts, self.log) = (changeLog, orders, attempts, log)
    }

    /// Publishes the events of notifications, in their order.
    ///
    /// - Parameter own: the transaction of this instance whose events the caller waits for. Its events are known, so
    ///   its notifications only give their position among those of others and are not read.
    /// - Returns: The number of notifications of that transaction.
    mutating func publish(_ notifications: [ServerNotification], own: OwnTransaction) -> Int {
        guard !notifications.isEmpty else { return 0 }
        var heard = Heard()
        var ownCount = 0
        for notification in notifications where notification.channel == ChangeNotification.channel {
            if heard.events.count >= Self.eventsMax {
                handOn(heard)
                heard = Heard()
            }
            if let header = ChangeNotification.Header(text: notification.payload), own.isSender(of: header) {
                ownCount += 1
                // The notifications of a transaction are adjacent.
                if header.part == 0 { heard.events.append(own.events) }
                continue
            }
            guard let read = ChangeNotification(text: notification.payload) else {
                warn(of: notification)
                continue
            }
            // These include the orders of other transactions of this instance: their callers may have got no result,
            // and then have not passed the orders on. The pipeline ignores an order that it knows.
            heard.othersOrders += read.events.newOrders
            if read.header.instance != own.instance { heard.othersAttempts += read.events.attempts }
            heard.events.append(read.events)
        }
        handOn(heard)
        return ownCount
    }

    private func handOn(_ heard: Heard) {
        let events = heard.events
        changeLog.publish(events.changes, sessionEnds: events.sessionEnds)
        let now = SystemClock.monotonicMilliseconds()
        if let highest = events.newOrders.map(\.id).max() { orders.noteStored(highest, now: now) }
        if !heard.othersOrders.isEmpty { orders.put(heard.othersOrders, now: now) }
        if !events.droppedOrders.isEmpty { orders.put(dropped: events.droppedOrders) }
        attempts.deliver(heard.othersAttempts)
    }

    /// Warns only once, since the sender may send many.
    private mutating func warn(of notification: ServerNotification) {
        guard !hasWarned else { return }
        hasWarned = true
        log.warning(
            "The process \(notification.processID) of the database's server sent a notification that is not of this version of Martlet. It and others like it are ignored."
        )
    }
}
