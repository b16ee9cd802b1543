import Changes
import Loyalty
import Posix
import Synchronization
import TestSupport
import Testing

@testable import Postgres
@testable import PostgresStore

/// The events that the writer hands on of the notifications that it hears.
struct EventPublisherTests {
    private static func order(_ number: Int) -> UnfinishedOrder {
        UnfinishedOrder(id: OrderID(rawValue: Int64(number)), number: .sample(number), user: UserID(rawValue: 1))
    }

    private static func notifications(of number: Int, instance: Int64) -> [ServerNotification] {
        var events = TransactionEvents()
        events.newOrders = [order(number)]
        events.droppedOrders = [order(number + 10)]
        events.attempts = [[UInt8(number)]]
        return ChangeNotification.texts(of: events, instance: instance, transaction: Int64(number)).map {
            ServerNotification(channel: ChangeNotification.channel, payload: $0, processID: 1)
        }
    }

    /// The orders of the transaction that callers wait for are passed on by those callers.
    @Test func ordersOfAllOtherTransactionsAreHandedOn() {
        let orders = OrdersOfOthers()
        let attempts = AttemptsOfInstances {}
        let received = Mutex<[[UInt8]]>([])
        attempts.subscribe { attempt in received.withLock { $0.append(attempt) } }
        var publisher = EventPublisher(
            changeLog: ChangeLog(capacity: 10, after: ChangeID(rawValue: 0)), orders: orders, attempts: attempts,
            log: .none)
        let heard =
            Self.notifications(of: 3, instance: 1) + Self.notifications(of: 4, instance: 1)
            + Self.notifications(of: 5, instance: 2)
        let ownCount = publisher.publish(heard, own: OwnTransaction(instance: 1, number: 4))
        #expect(ownCount == 1)
        #expect(orders.take() == .orders([Self.order(3), Self.order(5)]))
        #expect(orders.takeDropped() == [Self.order(13), Self.order(15)])
        // This instance has counted its own.
        let attemptsOfOthers = received.withLock { $0 }
        #expect(attemptsOfOthers == [[5]])
    }

    /// Many short records take far more memory as events.
    @Test func manyEventsAreHandedOnInPieces() {
        let changeLog = ChangeLog(capacity: 20_000, after: ChangeID(rawValue: 0))
        let wakes = Mutex(0)
        let (subscription, _) = changeLog.subscribe { wakes.withLock { $0 += 1 } }
        var events = TransactionEvents()
        events.changes = (0..<20_000 as Range<Int64>).map { index in
            let balance = Balance(current: Points(hundredths: index), withdrawn: .zero)
            return Change(.balance(balance), of: UserID(rawValue: 1))
        }
        let heard = ChangeNotification.texts(of: events, instance: 2, transaction: 1).map {
            ServerNotification(channel: ChangeNotification.channel, payload: $0, processID: 1)
        }
        var publisher = EventPublisher(
            changeLog: changeLog, orders: OrdersOfOthers(), attempts: AttemptsOfInstances {}, log: .none)
        #expect(publisher.publish(heard, own: OwnTransaction(instance: 1, number: 4)) == 0)
        changeLog.unsubscribe(subscription)
        let wakeCount = wakes.withLock { $0 }
        #expect((2...5).contains(wakeCount))
        #expect(changeLog.changes(after: ChangeID(rawValue: 0))?.map(\.change) == events.changes)
    }
}
