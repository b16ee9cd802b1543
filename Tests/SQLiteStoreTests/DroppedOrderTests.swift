import Loyalty
import Posix
import SQLite
import SharedStore
import Storage
import TestSupport
import Testing

@testable import SQLiteStore

/// An owner drops unfinished orders of deleted users, and no others.
struct DroppedOrderTests {
    private static let earned = Balance(current: Points(hundredths: 700), withdrawn: .zero)
    private static let now = Timestamp(milliseconds: 1)

    /// More than two batches.
    private static let floodCount = 2 * DeletedUsersOrder.batchMax + 50

    private func upload(_ bodies: ClosedRange<Int>, of user: UserID, _ fixture: Fixture) throws -> [OrderID] {
        try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
            var orders: [OrderID] = []
            for body in bodies {
                guard case .accepted(let order) = try transaction.addOrder(.sample(body), of: user, at: Self.now) else {
                    preconditionFailure("a test's order is new")
                }
                orders.append(order)
            }
            return orders
        }
    }

    private func settle(_ order: OrderID, _ verdict: Settlement.Verdict, _ fixture: Fixture) throws {
        try fixture.store.settlements.settle([Settlement(order: order, verdict: verdict)], at: Self.now)
    }

    private func delete(_ login: String, _ fixture: Fixture) throws {
        let login = try Login(login)
        #expect(try fixture.asOwner { try $0.deleteUser(.login(login)) } == .changed(login: login.text))
    }

    /// Drops until all are dropped; returns the batches.
    private func drop(_ fixture: Fixture) throws -> [[UnfinishedOrder]] {
        var batches: [[UnfinishedOrder]] = []
        try fixture.asOwner { owner in try owner.dropOrdersOfDeletedUsers { batches.append($0) } }
        return batches
    }

    private struct State: Equatable {
        let id: Int64
        let status: Int64
        let accrual: Int64
    }

    private func orders(_ fixture: Fixture) throws -> [State] {
        try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
            try transaction.all("SELECT id, status, accrual FROM orders ORDER BY id") { row in
                State(id: row.integer(0), status: row.integer(1), accrual: row.integer(2))
            }
        }
    }

    @Test func onlyUnfinishedOrdersOfDeletedUsersAreDropped() async throws {
        try await Fixture.with { fixture async throws in
            let names = ["early", "anna", "flood", "disabled", "late"]
            var users: [String: UserID] = [:]
            for name in names { users[name] = try await fixture.addUser(name) }
            let user = { (name: String) throws in try #require(users[name]) }
            // Of each user: unfinished, known to the accrual system, credited, and invalid; and the flood.
            var bodies: [String: Int] = [:]
            for (index, name) in names.enumerated() {
                let first = 100 * (index + 1)
                bodies[name] = first
                let ids = try upload(first...first + 3, of: user(name), fixture)
                try settle(ids[1], .processing, fixture)
                try settle(ids[2], .processed(Points(hundredths: 700)), fixture)
                try settle(ids[3], .invalid, fixture)
            }
            let flood = try upload(10_000...10_000 + Self.floodCount - 1, of: user("flood"), fixture)
            for name in ["early", "flood", "late"] { try delete(name, fixture) }
            let disabled = try Login("disabled")
            try fixture.asOwner { _ = try $0.setEnabled(false, .login(disabled)) }
            let before = try orders(fixture)
            let deleted = try ["early", "flood", "late"].map(user)
            let entriesBefore = try fixture.number("SELECT sum(id * balance_after) FROM ledger")

            let batches = try drop(fixture)
            let dropped = batches.flatMap { $0 }
            let batchMax = DeletedUsersOrder.batchMax
            #expect(batches.map(\.count) == [batchMax, batchMax, 56])
            #expect(Set(dropped.map(\.id)).count == dropped.count && dropped.count == flood.count + 6)
            #expect(Set(dropped.map(\.user)) == Set(deleted))
            #expect(Set(flood).isSubset(of: dropped.map(\.id)))

            let ids = Set(dropped.map(\.id.rawValue))
            let expected = before.map { ids.contains($0.id) ? State(id: $0.id, status: 2, accrual: 0) : $0 }
            #expect(try orders(fixture) == expected)
            #expect(before.allSatisfy { !ids.contains($0.id) || $0.status < 2 }, "a final status never changes")
            #expect(
                try fixture.number("SELECT count(*) FROM orders WHERE status < 2") == 4,
                "anna's and the disabled user's")
            #expect(try fixture.number("SELECT sum(id * balance_after) FROM ledger") == entriesBefore)
            for name in names { #expect(try await fixture.balance(of: user(name)) == Self.earned) }
            #expect(try drop(fixture) == [], "there is nothing to drop any more")
            try fixture.expectPassesCheck()

            try await expectDroppedForGood(flood[0], .sample(10_000), of: user("flood"), by: user("anna"), fixture)
            #expect(try orders(fixture) == expected)
        }
    }

    /// The number of a dropped order stays taken, and a late answer changes nothing.
    private func expectDroppedForGood(
        _ order: OrderID, _ number: OrderNumber, of user: UserID, by other: UserID, _ fixture: Fixture
    ) async throws {
        let upload = try await fixture.onLoop { try await $0.addOrder(number, of: other, at: Self.now) }
        #expect(upload == .uploadedByAnother)
        for verdict in [Settlement.Verdict.processed(Points(hundredths: 900)), .processing, .invalid] {
            try settle(order, verdict, fixture)
        }
        #expect(try await fixture.balance(of: user) == Self.earned)
        try fixture.expectPassesCheck()
    }

    /// A list that was read before the writer's turn may be out of date.
    @Test func theWriterLooksAgain() async throws {
        try await Fixture.with { fixture async throws in
            let anna = try await fixture.addUser("anna")
            let gone = try await fixture.addUser("gone")
            let kept = try upload(1...1, of: anna, fixture)[0]
            let orders = try upload(2...3, of: gone, fixture)
            try delete("gone", fixture)
            try settle(orders[0], .processed(Points(hundredths: 5)), fixture)
            let asked = [
                UnfinishedOrder(id: kept, number: .sample(1), user: anna),
                UnfinishedOrder(id: kept, number: .sample(1), user: gone),
                UnfinishedOrder(id: orders[0], number: .sample(2), user: gone),
                UnfinishedOrder(id: orders[1], number: .sample(3), user: gone),
            ]
            let dropped = try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                try transaction.drop(asked)
            }
            #expect(dropped == [asked[3]])
            #expect(try self.orders(fixture).map(\.status) == [0, 3, 2])
            try fixture.expectPassesCheck()
        }
    }

    @Test func aStopLeavesWholeBatchesAndTheNextRunGoesOn() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser("gone")
            _ = try upload(1...Self.floodCount, of: user, fixture)
            try delete("gone", fixture)
            let stop = Cancellation()
            var batches: [Int] = []
            #expect(throws: StoreError.self) {
                try fixture.asOwner(until: stop) { owner in
                    try owner.dropOrdersOfDeletedUsers { orders in
                        batches.append(orders.count)
                        stop.cancel()
                    }
                }
            }
            #expect(batches == [DeletedUsersOrder.batchMax])
            #expect(
                try fixture.number("SELECT count(*) FROM orders WHERE status < 2")
                    == Int64(Self.floodCount - DeletedUsersOrder.batchMax))
            #expect(
                try drop(fixture).map(\.count).reduce(0, +) == Self.floodCount
                    - DeletedUsersOrder.batchMax)
            try fixture.expectPassesCheck()
        }
    }
}
