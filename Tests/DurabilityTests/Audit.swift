import Crypto
import Foundation
import Loyalty
import Posix
import SQLite
import Synchronization
import TestSupport

@testable import SQLiteStore

/// Something that should not be in a database, or should be and is not.
struct Finding: CustomStringConvertible {
    enum Kind {
        /// It was acknowledged, and is not there.
        case lost
        /// The file can't be opened, or is damaged.
        case damaged
        /// The books contradict each other, or contain a write that no client asked for or that the server said did not
        /// happen.
        case wrong
    }

    let kind: Kind
    let text: String

    var description: String { "\(kind): \(text)" }
}

/// Opens a database as the server does, and compares it with what clients were told.
struct Audit {
    private let store: LoyaltyStore
    private let promises: Promises
    private var findings: [Finding] = []

    /// Opens, recovers, checks and closes the database at the path, and returns the faults that it found.
    static func findings(at path: String, _ promises: Promises) -> [Finding] {
        let complaints = Mutex<[String]>([])
        let log = Log { level, message in
            if level >= .error { complaints.withLock { $0.append(message) } }
        }
        let now = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        let store: LoyaltyStore
        do {
            store = try LoyaltyStore(path: path, clock: { now }, log: log, onFatalError: {})
        } catch {
            return [Finding(kind: .damaged, text: "\(error)")]
        }
        defer { store.stop() }
        var audit = Audit(store: store, promises: promises)
        do {
            try audit.run()
        } catch {
            audit.note(.damaged, "\(error): \(complaints.withLock { $0 })")
        }
        return audit.findings
    }

    private init(store: LoyaltyStore, promises: Promises) {
        self.store = store
        self.promises = promises
    }

    private mutating func note(_ kind: Finding.Kind, _ text: String) {
        findings.append(Finding(kind: kind, text: text))
    }

    private mutating func run() throws {
        try checkFile()
        // The content of a damaged file proves nothing.
        guard findings.isEmpty else { return }
        try checkUsers()
        try checkOrders()
        try checkWithdrawals()
        try checkBalances()
        try checkLedger()
    }

    private func rows<Row: Sendable>(
        _ sql: StaticString, _ read: @escaping @Sendable (borrowing SQLite.Row) -> Row
    ) throws -> [Row] {
        try store.writer.performAndWait { transaction throws(SQLiteError) in
            try transaction.database.all(sql, read: read)
        }
    }

    private mutating func checkFile() throws {
        for line in try rows("PRAGMA integrity_check", { $0.text(0) }) where line != "ok" { note(.damaged, line) }
        for table in try rows("PRAGMA foreign_key_check", { $0.text(0) }) { note(.damaged, "a key in \(table)") }
    }

    private mutating func checkUsers() throws {
        let users = try rows("SELECT login, password_hash FROM users") { ($0.text(0), $0.text(1)) }
        let logins = Set(users.map(\.0))
        for login in promises.logins.subtracting(logins) { note(.lost, "user \(login)") }
        for login in logins.subtracting(promises.askedLogins) { note(.wrong, "nobody registered \(login)") }
        for login in logins.intersection(promises.refusedLogins) { note(.wrong, "\(login) was refused") }
        for (login, hash) in users where !hash.hasPrefix("$argon2id$") { note(.wrong, "\(login) can't sign in") }
        // As an event loop sees them.
        let repository = try store.makeRepository()
        defer { repository.close() }
        for (token, login) in promises.sessions {
            let id = SodiumTokens().id(of: SessionToken(text: token))
            if try repository.session(id).atOnce == nil { note(.lost, "a session of \(login)") }
        }
    }

    private mutating func checkOrders() throws {
        let stored = try rows(
            "SELECT number, login, status, accrual FROM orders JOIN users ON users.id = orders.user_id"
        ) { (number: $0.text(0), login: $0.text(1), status: $0.integer(2), accrual: $0.integer(3)) }
        let owners = Dictionary(uniqueKeysWithValues: stored.map { ($0.number, $0.login) })
        for (number, login) in promises.orders where owners[number] != login { note(.lost, "order \(number)") }
        for order in promises.refusedOrders where owners[order] != nil { note(.wrong, "order \(order) was refused") }
        for order in stored {
            if promises.askedOrders[order.number]?.contains(order.login) != true {
                note(.wrong, "\(order.login) never uploaded \(order.number)")
            }
            let accrual = Accruals.hundredths(for: order.number)
            let isRight =
                switch order.status {
                case 2: accrual == nil
                case 3: accrual == order.accrual
                default: true
                }
            if !isRight { note(.wrong, "order \(order.number) is \(order.status) with \(order.accrual)") }
        }
    }

    private mutating func checkWithdrawals() throws {
        let stored = try rows(
            "SELECT order_number, login, sum FROM withdrawals JOIN users ON users.id = withdrawals.user_id"
        ) { ($0.text(0), Promises.Withdrawal(login: $0.text(1), sum: $0.integer(2))) }
        let byOrder = Dictionary(uniqueKeysWithValues: stored)
        for (order, withdrawal) in promises.withdrawals where byOrder[order] != withdrawal {
            note(.lost, "withdrawal \(order)")
        }
        for order in promises.refusedWithdrawals where byOrder[order] != nil {
            note(.wrong, "withdrawal \(order) was refused")
        }
        for (order, withdrawal) in stored where promises.askedWithdrawals[order]?.contains(withdrawal) != true {
            note(.wrong, "nobody withdrew \(withdrawal.sum) for \(order)")
        }
    }

    private mutating func checkBalances() throws {
        let stored = try rows(
            "SELECT login, current, withdrawn FROM balances JOIN users ON users.id = balances.user_id"
        ) { ($0.text(0), Promises.Balance(credited: $0.integer(1) + $0.integer(2), withdrawn: $0.integer(2))) }
        let byLogin = Dictionary(uniqueKeysWithValues: stored)
        for (login, told) in promises.balances {
            let now = byLogin[login] ?? Promises.Balance()
            if now.credited < told.credited || now.withdrawn < told.withdrawn {
                note(.lost, "\(login) was told \(told) and now has \(now)")
            }
        }
    }

    /// The balances are sums of the ledger, and the ledger has each processed order and each withdrawal once.
    private mutating func checkLedger() throws {
        let books: [(StaticString, String)] = [
            (
                """
                SELECT count(*) FROM users LEFT JOIN balances ON balances.user_id = users.id
                WHERE current IS NULL
                    OR current <> (SELECT coalesce(sum(amount), 0) FROM ledger WHERE user_id = users.id)
                    OR withdrawn <> (SELECT -coalesce(sum(amount), 0) FROM ledger WHERE user_id = users.id AND kind = 2)
                """, "balances are not the sums of their entries"
            ),
            (
                """
                SELECT count(*) FROM
                    (SELECT balance_after, sum(amount) OVER (PARTITION BY user_id ORDER BY id) AS running FROM ledger)
                WHERE balance_after <> running
                """, "entries have another balance than their sum"
            ),
            (
                """
                SELECT count(*) FROM (
                    SELECT user_id, number, accrual FROM orders WHERE accrual > 0 EXCEPT
                        SELECT user_id, order_number, amount FROM ledger WHERE kind = 1)
                """, "processed orders are not in the ledger"
            ),
            (
                """
                SELECT (SELECT count(*) FROM ledger WHERE kind = 1) - (SELECT count(*) FROM orders WHERE accrual > 0)
                """, "more accruals than processed orders"
            ),
            (
                """
                SELECT count(*) FROM (
                    SELECT user_id, order_number, sum FROM withdrawals EXCEPT
                        SELECT user_id, order_number, -amount FROM ledger WHERE kind = 2)
                """, "withdrawals are not in the ledger"
            ),
            (
                """
                SELECT (SELECT count(*) FROM ledger WHERE kind = 2) - (SELECT count(*) FROM withdrawals)
                """, "more debits than withdrawals"
            ),
        ]
        for (sql, text) in books {
            let count = try rows(sql) { $0.integer(0) }.first ?? -1
            if count != 0 { note(.wrong, "\(count) \(text)") }
        }
    }
}
