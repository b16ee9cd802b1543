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
}
