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
        #expect(orders.take(now: 0) == .orders(Self.orders(6...8)))
        #expect(orders.take(now: 0) == .orders([]))
    }

    @Test func moreThanAreKeptAreLookedFor() {
        let orders = OrdersOfOthers(capacity: 3)
        orders.begin(at: OrderID(rawValue: 1_000_000))
        _ = orders.take(now: 0)
        orders.put(Self.orders(1_000_001...1_000_004), now: 10)
        // No transaction is open that gave a lower id.
        let after = OrderID(rawValue: 900_000)
        #expect(orders.take(now: 20) == .lookAfter(after))
        #expect(orders.take(now: 30) == .lookAfter(after), "until the look begins")
        orders.beginLook()
        orders.put(Self.orders(1_000_005...1_000_005), now: 40)
        #expect(orders.take(now: 50) == .orders(Self.orders(1_000_005...1_000_005)))
    }

    @Test func aLookBeginsAtTheHighestIDOfAMinuteBefore() {
        let orders = OrdersOfOthers(capacity: 3)
        orders.begin(at: OrderID(rawValue: 0))
        for (id, now) in [(10, 0), (20, 60_000), (30, 90_000), (40, 120_000), (50, 180_000)] as [(Int64, Int64)] {
            orders.noteStored(OrderID(rawValue: id), now: now)
        }
        _ = orders.take(now: 180_000)
        orders.noteMissing(since: 190_000)
        #expect(orders.take(now: 190_000) == .lookAfter(OrderID(rawValue: 40)))
        orders.noteMissing(since: 130_000)
        #expect(orders.take(now: 190_000) == .lookAfter(OrderID(rawValue: 20)), "the earlier one counts")
    }

    /// New orders have ids below those that are known.
    @Test func aLookBeginsAtALowerIDAfterADatabaseHasLostOrders() {
        let orders = OrdersOfOthers(capacity: 3)
        orders.begin(at: OrderID(rawValue: 1_000_000))
        orders.put(Self.orders(1_000_001...1_000_001), now: 0)
        orders.begin(at: OrderID(rawValue: 500_000))
        orders.noteStored(OrderID(rawValue: 500_001), now: 60_000)
        #expect(orders.take(now: 120_000) == .orders([]))
        orders.noteMissing(since: 130_000)
        #expect(orders.take(now: 130_000) == .lookAfter(OrderID(rawValue: 500_001)))
    }

    @Test func anInstanceThatHasNotLedLooksForNothing() {
        let orders = OrdersOfOthers(capacity: 3)
        orders.noteMissing(since: 0)
        #expect(orders.take(now: 0) == .orders([]))
        orders.noteMissing(since: 10)
        #expect(orders.take(now: 70_000) == .orders([]), "it has not taken orders for a minute")
        orders.noteMissing(since: 70_010)
        #expect(orders.take(now: 70_020) != .orders([]))
    }

    @Test func aFailedLookBeginsAgain() {
        let orders = OrdersOfOthers(capacity: 3)
        _ = orders.take(now: 0)
        orders.noteFailedLook(after: OrderID(rawValue: 7))
        #expect(orders.take(now: 10) == .lookAfter(OrderID(rawValue: 7)))
    }
}
