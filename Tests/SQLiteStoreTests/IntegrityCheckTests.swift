import Loyalty
import Posix
import SQLite
import TestSupport
import Testing

@testable import SQLiteStore

/// The check finds what is broken on purpose, and nothing else.
struct IntegrityCheckTests {
    /// Two users with an order each, one of which was credited and partly spent.
    private func filled(_ fixture: Fixture) async throws {
        let user = try await fixture.addUser("user")
        let other = try await fixture.addUser("other")
        try await fixture.credit(1000, for: .sample(1), to: user)
        try await fixture.credit(0, for: .sample(2), to: other)
        try await fixture.onLoop { repository in
            _ = try await repository.addOrder(.sample(3), of: other, at: fixture.clock.now)
            _ = try await repository.withdraw(
                Points(hundredths: 300), for: .sample(4), of: user, at: fixture.clock.now)
        }
    }

    @Test func aGoodDatabasePasses() async throws {
        try await Fixture.with { fixture async throws in
            try await filled(fixture)
            var rules: [String] = []
            let check = try fixture.check(until: Cancellation()) { stage in
                if case .checking(let rule, let number, let count) = stage {
                    rules.append(rule)
                    #expect(number == rules.count && count > 14)
                }
            }
            #expect(check.isPassed)
            #expect(check.findings.map(\.rule) == rules)
            #expect(check.counts.users == 2 && check.counts.orders == 3)
            #expect(check.counts.withdrawals == 1 && check.counts.ledgerEntries == 2)
        }
    }

    /// Changes that a bug could make, and beginnings of the rules that they break.
    private static let damages: [(change: StaticString, rules: [String])] = [
        ("UPDATE balances SET current = current + 1 WHERE user_id = 1", ["each balance is the sum"]),
        ("UPDATE balances SET withdrawn = 0 WHERE user_id = 1", ["what each user has withdrawn"]),
        ("DELETE FROM balances WHERE user_id = 2", ["each user has a balance"]),
        ("UPDATE orders SET accrual = 999 WHERE id = 1", ["each processed order that earned"]),
        ("UPDATE orders SET user_id = 2 WHERE id = 1", ["each processed order that earned"]),
        (
            "UPDATE orders SET status = 1, accrual = 0 WHERE id = 1", ["no other order was credited"]
        ),
        (
            "UPDATE orders SET status = 3, accrual = 5 WHERE id = 3",
            ["each processed order", "no other order was credited"]
        ),
        ("UPDATE withdrawals SET sum = 299", ["each withdrawal was debited", "what each user has withdrawn"]),
        ("UPDATE withdrawals SET user_id = 2", ["each withdrawal was debited", "what each user has withdrawn"]),
        ("DELETE FROM withdrawals", ["each withdrawal was debited", "what each user has withdrawn"]),
        (
            """
            INSERT INTO ledger (user_id, kind, order_number, amount, balance_after, created_at)
            VALUES (1, 1, '26', 100, 800, 0)
            """, ["each balance is the sum", "no other order was credited", "the figures are"]
        ),
        (
            """
            INSERT INTO ledger (user_id, kind, order_number, amount, balance_after, created_at)
            VALUES (1, 2, '26', -100, 600, 0)
            """, ["each balance is the sum", "each withdrawal was debited", "the figures are"]
        ),
        (
            """
            INSERT INTO ledger (user_id, kind, order_number, amount, balance_after, created_at)
            VALUES (1, 6, '26', 100, 0, 0)
            """,
            [
                "each balance is the sum", "each ledger entry has the balance", "nothing but accruals",
                "the figures are",
            ]
        ),
        (
            """
            INSERT INTO ledger (user_id, kind, order_number, amount, balance_after, created_at)
            VALUES (1, 5, '26', -100, 600, 0)
            """,
            [
                "each balance is the sum", "no order had more taken back", "each adjustment, refund and return says",
                "the figures are",
            ]
        ),
        (
            """
            INSERT INTO ledger (user_id, kind, order_number, amount, balance_after, created_at)
            VALUES (1, 3, '', 100, 800, 0)
            """, ["each balance is the sum", "each adjustment, refund and return says", "the figures are"]
        ),
        (
            """
            INSERT INTO ledger (user_id, kind, order_number, amount, balance_after, created_at)
            SELECT 1, 4, order_number, 300, 1000, 0 FROM withdrawals
            """,
            [
                "each balance is the sum", "what each user has withdrawn", "each refund gave back",
                "each adjustment, refund and return says", "the figures are",
            ]
        ),
        ("UPDATE withdrawals SET refunded_at = 1", ["each refund gave back"]),
        ("INSERT INTO ledger_notes VALUES (1, 'owner', 'why')", ["each adjustment, refund and return says"]),
        ("UPDATE users SET state = 1 WHERE id = 1", ["no user who is disabled or deleted"]),
        ("UPDATE users SET login = CAST(x'ff' AS TEXT) WHERE id = 1", ["each login has"]),
        ("UPDATE users SET password_hash = 'plain' WHERE id = 1", ["each login has"]),
        ("UPDATE users SET created_at = -1 WHERE id = 1", ["each time is", "the figures are"]),
        ("UPDATE orders SET number = '' WHERE id = 3", ["each order number has"]),
        ("UPDATE orders SET number = '12' WHERE id = 3", ["each order number has"]),
        ("UPDATE orders SET number = '26' || char(0) || '18' WHERE id = 3", ["each order number has"]),
        ("UPDATE sessions SET token_hash = x'01' WHERE user_id = 1", ["each session is named"]),
        ("UPDATE orders SET id = -7 WHERE id = 3", ["each row has an id"]),
        ("INSERT INTO reward_rules VALUES (1, CAST(x'ff' AS TEXT), 1, 5)", ["each reward rule has a usable id"]),
        ("INSERT INTO receipts VALUES ('27', 1, 0)", ["each receipt is for"]),
        ("INSERT INTO receipts VALUES ('26', -1, 0)", ["each receipt earned from 0"]),
        ("INSERT INTO receipts VALUES ('26', 1000000000001, 0)", ["each receipt earned from 0"]),
        ("INSERT INTO receipts VALUES ('26', 9223372036854775807, 0)", ["each receipt earned from 0"]),
        (
            "UPDATE orders SET accrual = 1000000000001 WHERE id = 1",
            ["each order has a known status", "each processed order that earned"]
        ),
        ("UPDATE orders SET id = 9007199254740992 WHERE id = 3", ["each row has an id"]),
        ("UPDATE orders SET id = 9223372036854775807 WHERE id = 3", ["each row has an id"]),
        ("INSERT INTO reward_rules VALUES (9223372036854775807, 'a', 1, 5)", ["each reward rule has a usable id"]),
        ("INSERT INTO sign_in_places VALUES (1, x'7f000001', 9223372036854775807, 0)", ["each place of a sign-in"]),
        ("INSERT INTO sign_in_places VALUES (1, x'7f000001', -1, 0)", ["each place of a sign-in"]),
        ("INSERT INTO reward_rules VALUES (1, 'a', 1, 0)", ["each receipt earned from 0"]),
        ("UPDATE figures SET customers = 1", ["the figures are"]),
        ("UPDATE figures SET granted = granted + 1", ["the figures are"]),
        ("INSERT INTO figures VALUES (7, 0, 0, 0, 0, 0, 0, 0, 0)", ["the figures are"]),
        ("DELETE FROM figures", ["the figures are"]),
        (
            "INSERT INTO staff VALUES (1, 'anna', 2, 1, 0, '', x'01', 0, NULL)", ["each account of the staff"]
        ),
        (
            "INSERT INTO staff VALUES (1, 'anna' || char(10), 2, 1, 0, '', zeroblob(32), 0, NULL)",
            ["each account of the staff"]
        ),
        (
            """
            INSERT INTO staff_actions VALUES (1, 1, 'anna', 1, NULL, '', 'receipt.add', NULL, '', NULL, '', 0)
            """, ["each action has"]
        ),
    ]

    @Test(arguments: damages.indices)
    func damageIsFound(index: Int) async throws {
        let (change, rules) = Self.damages[index]
        try await Fixture.with { fixture async throws in
            try await filled(fixture)
            let changed = try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                // The tables keep some of it from happening at all.
                try transaction.run("DROP TRIGGER orders_keep_final")
                try transaction.run("PRAGMA ignore_check_constraints = ON")
                let changed = try transaction.run(change)
                try transaction.run(
                    """
                    CREATE TRIGGER orders_keep_final BEFORE UPDATE OF status, accrual ON orders WHEN OLD.status >= 2
                    BEGIN SELECT RAISE(ABORT, 'a final status never changes'); END
                    """)
                return changed
            }
            #expect(changed == 1)
            let failed = try fixture.check().findings.filter {
                !$0.faults.isEmpty
            }
            .map(\.rule)
            #expect(failed.count == rules.count && zip(failed, rules).allSatisfy { $0.hasPrefix($1) }, "\(failed)")
        }
    }
}
