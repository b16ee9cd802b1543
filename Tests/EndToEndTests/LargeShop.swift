import EndToEndSupport
import Foundation
import SQLite
import TestSupport

/// A shop on a file whose customers have ten orders each, with a history of points that adds up.
struct LargeShop {
    let folder: Folder

    private static let passwordHash = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA"

    /// Makes `martlet.db`.
    ///
    /// - Parameter orderCount: a multiple of 100.
    init(orderCount: Int) throws {
        precondition(orderCount > 0 && orderCount % 100 == 0, "orderCount must be a multiple of 100")
        folder = try Folder()
        let server = try Server.serving(in: folder)
        server.signal(SIGTERM)
        guard try server.waitForEnd() == 0 else { throw TestFailure(server.logText) }
        let database = try Database(path: folder.file("martlet.db"), mode: .readWriteCreate)
        defer { database.close() }
        try database.execute("PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; BEGIN")
        try database.execute(Self.uploads(userCount: orderCount / 10))
        try database.execute(Self.ledger(userCount: orderCount / 10))
        try database.execute(Self.sums)
        try database.execute("COMMIT")
    }

    /// In each of ten rounds, each customer uploads an order. Those of the first six earn points, the next earns none,
    /// one is invalid, and two are not finished.
    private static func uploads(userCount: Int) -> String {
        """
        INSERT INTO users (id, login, password_hash, created_at)
            WITH RECURSIVE people (person) AS (
                SELECT 1 UNION ALL SELECT person + 1 FROM people WHERE person < \(userCount))
            SELECT person, 'user ' || person, '\(Self.passwordHash)', 1700000000000 FROM people;
        INSERT INTO sessions SELECT CAST(printf('%032d', id) AS BLOB), id, 4000000000000 FROM users;
        INSERT INTO sign_in_places SELECT id, CAST(printf('%08d', id) AS BLOB), 1700000000000, id % 2 FROM users;

        INSERT INTO orders (id, number, user_id, status, accrual, uploaded_at)
            WITH rounds (round) AS (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)),
                uploads AS (SELECT round * \(userCount) + users.id AS id, users.id AS user_id, round FROM users, rounds)
            SELECT id, \(number("(40000000 + id)")), user_id,
                CASE round WHEN 7 THEN 2 WHEN 8 THEN 1 WHEN 9 THEN 0 ELSE 3 END,
                CASE WHEN round < 6 THEN 100 + id % 90000 ELSE 0 END, 1700000000000 + 1000 * id
            FROM uploads ORDER BY user_id, round;
        INSERT INTO receipts SELECT number, accrual, uploaded_at FROM orders WHERE status = 3 ORDER BY number;
        """
    }

    /// Each customer spends points once. Some get them back, some are given others, and some return goods.
    ///
    /// A step is a tenth of a round. Ids and times grow with the steps.
    private static func ledger(userCount: Int) -> String {
        """
        INSERT INTO ledger (id, user_id, kind, order_number, amount, balance_after, created_at)
            WITH steps (step, kind, share) AS (
                    VALUES (0, 1, 1), (10, 1, 1), (20, 1, 1), (25, 2, 1), (30, 1, 1), (35, 4, 3), (40, 1, 1),
                        (45, 3, 4), (50, 1, 1), (55, 5, 5)),
                entries AS (SELECT users.id AS person, kind, step * \(userCount) / 10 + users.id AS moment
                    FROM users, steps WHERE users.id % share = 0),
                amounts AS (SELECT person, kind, moment,
                    CASE kind WHEN 1 THEN 100 + moment % 90000 WHEN 2 THEN -50 WHEN 3 THEN 700 WHEN 4 THEN 50
                        ELSE -30 END AS amount,
                    CASE kind WHEN 1 THEN 40000000 + moment WHEN 5 THEN 40000000 + person ELSE 50000000 + person END
                        AS prefix
                    FROM entries)
            SELECT row_number() OVER (ORDER BY moment, person), person, kind,
                CASE kind WHEN 3 THEN '' ELSE \(number("prefix")) END, amount,
                sum(amount) OVER (PARTITION BY person ORDER BY moment), 1700000000000 + 1000 * moment
            FROM amounts ORDER BY moment, person;
        INSERT INTO ledger_notes SELECT id, 'root', 'a present 🎁' FROM ledger WHERE kind IN (3, 4, 5);
        """
    }

    /// The tables that follow from the ledger.
    private static let sums = """
        INSERT INTO withdrawals (order_number, user_id, sum, processed_at, refunded_at)
            SELECT paid.order_number, paid.user_id, -paid.amount, paid.created_at, refund.created_at
            FROM ledger AS paid
                LEFT JOIN ledger AS refund ON refund.kind = 4 AND refund.order_number = paid.order_number
            WHERE paid.kind = 2 ORDER BY paid.id;
        INSERT INTO balances SELECT user_id, sum(amount), -sum(CASE WHEN kind IN (2, 4) THEN amount ELSE 0 END)
            FROM ledger GROUP BY user_id;
        INSERT INTO figures
            WITH facts (at, customer, placed, kind, amount) AS (SELECT created_at, 1, 0, 0, 0 FROM users
                UNION ALL SELECT uploaded_at, 0, 1, 0, 0 FROM orders
                UNION ALL SELECT created_at, 0, 0, kind, amount FROM ledger)
            SELECT at / 900000, sum(customer), sum(placed), sum(iif(kind = 1, amount, 0)),
                -sum(iif(kind = 2, amount, 0)), -sum(iif(kind = 5, amount, 0)), sum(iif(kind = 4, amount, 0)),
                sum(iif(kind = 3, amount, 0)), 0
            FROM facts GROUP BY 1;
        """

    /// An expression of SQL for the order number that begins with the eight digits of another expression. The last
    /// digit is that of the Luhn check (``orderNumber(_:)``).
    private static func number(_ prefix: String) -> String {
        let digits = (0..<8).map { place -> String in
            let digit = "\(prefix) / 1\(String(repeating: "0", count: place)) % 10"
            return place % 2 == 0 ? "2 * (\(digit)) - 9 * (\(digit) > 4)" : digit
        }
        return "printf('%d%d', \(prefix), (10 - (\(digits.joined(separator: " + "))) % 10) % 10)"
    }
}
