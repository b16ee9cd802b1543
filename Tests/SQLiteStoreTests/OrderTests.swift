import Loyalty
import SQLite
import TestSupport
import Testing

@testable import SQLiteStore

struct OrderTests {
    @Test func anOrderIsAcceptedOnce() async throws {
        try await Fixture.with { fixture async throws in
            let first = try await fixture.addUser("first")
            let second = try await fixture.addUser("second")
            let number = OrderNumber.sample(1234)
            let (accepted, again, others) = try await fixture.onLoop { repository in
                (
                    try await repository.addOrder(number, of: first, at: fixture.clock.now),
                    try await repository.addOrder(number, of: first, at: fixture.clock.now),
                    try await repository.addOrder(number, of: second, at: fixture.clock.now)
                )
            }
            #expect(accepted == .accepted(OrderID(rawValue: 1)))
            #expect(again == .uploadedBefore)
            #expect(others == .uploadedByAnother)
        }
    }

    /// Ids say which order is older. Another user, a write that fails and a restart change nothing of that.
    @Test func idsGrowFromUploadToUpload() async throws {
        let folder = TemporaryFolder()
        @Sendable func upload(_ index: Int, of user: UserID, _ fixture: Fixture) throws -> OrderUpload {
            try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                try transaction.addOrder(.sample(index), of: user, at: Timestamp(milliseconds: 0))
            }
        }
        try await Fixture.with(folder: folder) { fixture async throws in
            let first = try await fixture.addUser("first")
            let second = try await fixture.addUser("second")
            #expect(try upload(1, of: second, fixture) == .accepted(OrderID(rawValue: 1)))
            #expect(try upload(2, of: first, fixture) == .accepted(OrderID(rawValue: 2)))
            #expect(throws: LoyaltyError.failed) {
                try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                    _ = try transaction.addOrder(.sample(3), of: first, at: Timestamp(milliseconds: 0))
                    _ = try transaction.run("UPDATE balances SET current = -1")
                }
            }
            #expect(try upload(4, of: first, fixture) == .accepted(OrderID(rawValue: 3)))
        }
        try await Fixture.with(folder: folder) { fixture async throws in
            #expect(try upload(5, of: UserID(rawValue: 1), fixture) == .accepted(OrderID(rawValue: 4)))
        }
    }

    /// Each sees their own, as the list has it.
    @Test func anOrderIsFoundByItsNumber() async throws {
        try await Fixture.with { fixture async throws in
            let first = try await fixture.addUser("first")
            let second = try await fixture.addUser("second")
            try await fixture.credit(500, for: .sample(1), to: first)
            try await fixture.onLoop { repository in
                _ = try await repository.addOrder(.sample(2), of: first, at: fixture.clock.now)
                for order in try repository.orders(of: first) {
                    #expect(try repository.order(order.number, of: first).atOnce == order)
                    #expect(try repository.order(order.number, of: second).atOnce == nil)
                }
                #expect(try repository.order(.sample(3), of: first).atOnce == nil)
            }
        }
    }

    /// Leading zeros count, and a number may be longer than any integer.
    @Test func numbersAreText() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            let numbers = ["18", "018", "0", "00", String(repeating: "0", count: 1024)].map(OrderNumber.init(stored:))
            try await fixture.onLoop { repository in
                for number in numbers {
                    guard case .accepted = try await repository.addOrder(number, of: user, at: fixture.clock.now) else {
                        Issue.record("\(number.digits) is new")
                        continue
                    }
                }
                #expect(try repository.orders(of: user).map(\.number) == numbers.reversed())
            }
        }
    }

    @Test func theListIsTheUsersOwnNewestFirst() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser("user")
            let other = try await fixture.addUser("other")
            try await fixture.onLoop { repository in
                for index in 1...6 {
                    _ = try await repository.addOrder(
                        .sample(index), of: index.isMultiple(of: 2) ? user : other,
                        at: Timestamp(milliseconds: Int64(index)))
                }
                let expected = [6, 4, 2].map { index in
                    Order(
                        number: .sample(index), status: .new, accrual: .zero,
                        uploadedAt: Timestamp(milliseconds: Int64(index)))
                }
                #expect(try repository.orders(of: user) == expected)
                #expect(try repository.orders(of: UserID(rawValue: 99)).isEmpty)
            }
        }
    }

    @Test func eightUsersUploadOneOrderAndOneHasIt() async throws {
        try await Fixture.with { fixture async throws in
            var users: [UserID] = []
            for index in 0..<8 { users.append(try await fixture.addUser("user \(index)")) }
            let outcomes = try await withThrowingTaskGroup { group in
                for user in users {
                    group.addTask {
                        try await fixture.onLoop { repository in
                            try await repository.addOrder(.sample(7), of: user, at: fixture.clock.now)
                        }
                    }
                }
                return try await group.reduce(into: [OrderUpload]()) { all, next in all.append(next) }
            }
            #expect(outcomes.count { outcome in outcome == .accepted(OrderID(rawValue: 1)) } == 1)
            #expect(outcomes.count { outcome in outcome == .uploadedByAnother } == 7)
        }
    }

    /// A page begins after the last order that was read, whatever was added in front of it.
    @Test func pagesNeitherSkipNorRepeat() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            try await fixture.onLoop { repository in
                func add(_ index: Int) async throws {
                    _ = try await repository.addOrder(.sample(index), of: user, at: fixture.clock.now)
                }
                for index in 1...5 { try await add(index) }
                let first = try repository.orders(of: user, from: nil, limit: 2).atOnce
                #expect(first.items.map(\.number) == [.sample(5), .sample(4)])
                try await add(6)
                let second = try repository.orders(of: user, from: first.next, limit: 2).atOnce
                #expect(second.items.map(\.number) == [.sample(3), .sample(2)])
                let third = try repository.orders(of: user, from: second.next, limit: 2).atOnce
                #expect(third.items.map(\.number) == [.sample(1)])
                #expect(third.next == nil)
            }
        }
    }
}
