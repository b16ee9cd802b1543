import Loyalty
import TestSupport
import Testing

@testable import PostgresStore

/// The new orders of other instances.
struct OrdersOfOthersTests {
    private static func orders(_ ids: ClosedRange<Int64>) -> [UnfinishedOrder] {
        ids.map { UnfinishedOrder(id: OrderID(rawValue: $0), number: .sample(Int($0)), user: UserID(rawValue: 1)) }
    }

    @Test func ordersAreTakenOnce() {
        let orders = OrdersOfOthers(capacity: 10)
        orders.begin(at: OrderID(rawValue: 5))
        orders.put(Self.orders(6...7), now: 0)
        orders.put(Self.orders(8...8), now: 0)
        #expect(orders.take() == .orders(Self.orders(6...8)))
        #expect(orders.take() == .orders([]))
    }

    @Test func moreThanAreKeptAreLookedFor() {
        let orders = OrdersOfOthers(capacity: 3)
        orders.begin(at: OrderID(rawValue: 1_000_000))
        orders.put(Self.orders(1_000_001...1_000_004), now: 10)
        // No transaction is open that gave a lower id.
        let after = OrderID(rawValue: 900_000)
        #expect(orders.take() == .lookAfter(after))
        #expect(orders.take() == .lookAfter(after), "until the look begins")
        orders.beginLook()
        orders.put(Self.orders(1_000_005...1_000_005), now: 40)
        #expect(orders.take() == .orders(Self.orders(1_000_005...1_000_005)))
    }

    @Test func aLookBeginsAtTheHighestIDOfAMinuteBefore() {
        let orders = OrdersOfOthers(capacity: 3)
        orders.begin(at: OrderID(rawValue: 0))
        for (id, now) in [(10, 0), (20, 60_000), (30, 90_000), (40, 120_000), (50, 180_000)] as [(Int64, Int64)] {
            orders.noteStored(OrderID(rawValue: id), now: now)
        }
        orders.noteMissing(since: 190_000)
        #expect(orders.take() == .lookAfter(OrderID(rawValue: 40)))
        orders.noteMissing(since: 130_000)
        #expect(orders.take() == .lookAfter(OrderID(rawValue: 20)), "the earlier one counts")
    }

    /// New orders have ids below those that are known.
    @Test func aLookBeginsAtALowerIDAfterADatabaseHasLostOrders() {
        let orders = OrdersOfOthers(capacity: 3)
        orders.begin(at: OrderID(rawValue: 1_000_000))
        orders.put(Self.orders(1_000_001...1_000_001), now: 0)
        orders.begin(at: OrderID(rawValue: 500_000))
        orders.noteStored(OrderID(rawValue: 500_001), now: 60_000)
        #expect(orders.take() == .orders([]))
        orders.noteMissing(since: 130_000)
        #expect(orders.take() == .lookAfter(OrderID(rawValue: 500_001)))
    }

    /// The new leader looks at all unfinished orders, and those from before may be settled.
    @Test func aNewLeaderSkipsWhatItHasGathered() {
        let orders = OrdersOfOthers(capacity: 3)
        orders.put(Self.orders(1...2), now: 0)
        orders.skip()
        #expect(orders.take() == .orders([]))
        orders.put(Self.orders(3...6), now: 0)
        orders.skip()
        #expect(orders.take() == .orders([]), "more than are kept")
        orders.noteMissing(since: 10)
        orders.skip()
        orders.put(Self.orders(7...7), now: 20)
        #expect(orders.take() == .orders(Self.orders(7...7)))
        orders.noteMissing(since: 30)
        #expect(orders.take() != .orders([]), "however much later it is taken")
    }

    @Test func droppedOrdersAreTakenOnce() {
        let orders = OrdersOfOthers(capacity: 3)
        orders.put(dropped: Self.orders(1...2))
        orders.put(dropped: Self.orders(3...4))
        #expect(orders.takeDropped() == Self.orders(2...4), "no more than are kept")
        #expect(orders.takeDropped() == [])
        orders.put(dropped: Self.orders(5...5))
        orders.skip()
        #expect(orders.takeDropped() == [])
    }

    @Test func aFailedLookBeginsAgain() {
        let orders = OrdersOfOthers(capacity: 3)
        orders.noteFailedLook(after: OrderID(rawValue: 7))
        #expect(orders.take() == .lookAfter(OrderID(rawValue: 7)))
    }
}
