import Loyalty
import Posix
import SQLite
import Storage

@testable import SQLiteStore

/// A real database that gets the same operations as the model, and must agree with it. It is used for some seeds only,
/// because each commit syncs.
final class RealFile {
    private let folder: TemporaryFolder
    private let users: Int
    private var store: LoyaltyStore

    init(users: Int) throws {
        folder = try TemporaryFolder(prefix: "martlet-simulation-")
        self.users = users
        store = try Self.open(folder)
        try store.writer.performAndWait { transaction throws(SQLiteError) -> Void in
            for user in 0..<users {
                let id = Int64(user + 1)
                try transaction.run(
                    "INSERT INTO users (id, login, password_hash, created_at) VALUES (?, ?, '-', 0)", id, "user \(user)"
                )
                try transaction.run("INSERT INTO balances (user_id) VALUES (?)", id)
            }
        }
    }

    /// Called at the end, because a day and its server hold each other, and the file.
    func remove() {
        store.stop()
        folder.remove()
    }

    private static func open(_ folder: TemporaryFolder) throws(StoreError) -> LoyaltyStore {
        try LoyaltyStore(
            path: "\(folder.path)/day.db", clock: { Timestamp(milliseconds: 0) }, log: .none, onFatalError: {})
    }

    var settlements: any SettlementRepository { store.settlements }

    func restart() throws {
        store.stop()
        store = try Self.open(folder)
    }

    func add(_ order: UnfinishedOrder, of user: Int) throws {
        _ = try store.writer.performAndWait { transaction throws(SQLiteError) in
            try transaction.run(
                "INSERT INTO orders (id, number, user_id, uploaded_at) VALUES (?, ?, ?, 0)", order.id.rawValue,
                order.number.digits, Int64(user + 1))
        }
    }

    /// Returns the difference from the model, or `nil` if there is none.
    func difference(from model: ModelSettlements) throws -> String? {
        let orders = try store.writer.performAndWait { transaction throws(SQLiteError) in
            try transaction.all("SELECT id, status, accrual FROM orders ORDER BY id") { row in
                [row.integer(0), row.integer(1), row.integer(2)]
            }
        }
        let expected = model.orders.map { [$0.order.id.rawValue, Int64($0.status.rawValue), $0.accrual] }
        if let index = zip(orders, expected).enumerated().first(where: { $1.0 != $1.1 })?.offset {
            return "order \(expected[index]) is \(orders[index])"
        }
        guard orders.count == expected.count else { return "\(orders.count) orders of \(expected.count)" }
        let sums = try store.writer.performAndWait { transaction throws(SQLiteError) in
            try transaction.all(
                """
                SELECT current, (SELECT coalesce(sum(amount), 0) FROM ledger WHERE ledger.user_id = balances.user_id)
                FROM balances ORDER BY user_id
                """
            ) { row in [row.integer(0), row.integer(1)] }
        }
        return sums == model.balances.map { [$0, $0] } ? nil : "balances \(sums) for \(model.balances)"
    }
}
