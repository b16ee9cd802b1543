import Eventual
import Loyalty
import SQLite
import Storage

extension SQLiteStaffRepository {
    func customers(
        startingWith prefix: String, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<UserAccount>, LoyaltyError> {
        precondition(limit > 0, "limit must be positive")
        // Greater than each login that begins with the prefix: a character has at most the four bytes of the greatest.
        let end = prefix + String(repeating: "\u{10FFFF}", count: Login.bytesMax / 4 + 1)
        let users = try reader.read { database throws(SQLiteError) in
            // If that user was deleted since, the list begins anew.
            let last = try cursor.flatMap { (cursor) throws(SQLiteError) in
                try database.first("SELECT login FROM users WHERE id = ? AND state < 2", cursor.rawValue) { row in
                    row.text(0)
                }
            }
            return try database.all(
                """
                SELECT id, login, state, created_at, current, withdrawn FROM users JOIN balances ON user_id = id
                WHERE login >= ? AND login <= ? AND id <> ? AND state < 2 ORDER BY login LIMIT ?
                """, last ?? prefix, end, cursor?.rawValue ?? 0, Int64(limit) + 1
            ) { row in UserAccount(row) }
        }
        let next = users.count > limit ? PageCursor(rawValue: users[limit - 1].id.rawValue) : nil
        return .now(Page(items: Array(users.prefix(limit)), next: next))
    }

    func customers(of number: OrderNumber) throws(LoyaltyError) -> Eventual<[UserAccount], LoyaltyError> {
        let users = try reader.read { database throws(SQLiteError) in
            try database.all(
                """
                SELECT id, login, state, created_at, current, withdrawn FROM users JOIN balances ON user_id = id
                WHERE id IN (SELECT user_id FROM orders WHERE number = ?1
                    UNION SELECT user_id FROM withdrawals WHERE order_number = ?1) AND state < 2 ORDER BY id
                """, number.digits
            ) { row in UserAccount(row) }
        }
        return .now(users)
    }

    func customer(_ user: UserID) throws(LoyaltyError) -> Eventual<UserAccount?, LoyaltyError> {
        let account = try reader.read { database throws(SQLiteError) in
            try database.first(
                """
                SELECT id, login, state, created_at, current, withdrawn FROM users JOIN balances ON user_id = id
                WHERE id = ? AND state < 2
                """, user.rawValue
            ) { row in UserAccount(row) }
        }
        return .now(account)
    }

    func orders(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<CustomerOrder>, LoyaltyError> {
        .now(
            try reader.page(from: cursor, limit: limit) { database, before, limit throws(SQLiteError) in
                try database.all(
                    """
                    SELECT id, number, status, accrual, uploaded_at,
                        (SELECT coalesce(-sum(amount), 0) FROM ledger WHERE kind = 5 AND order_number = number)
                    FROM orders WHERE user_id = ? AND id < ? ORDER BY id DESC LIMIT ?
                    """, user.rawValue, before, limit
                ) { row throws(SQLiteError) in
                    (
                        row.integer(0),
                        CustomerOrder(order: try Order(row, from: 1), returned: Points(hundredths: row.integer(5)))
                    )
                }
            })
    }

    func withdrawals(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<CustomerWithdrawal>, LoyaltyError> {
        .now(
            try reader.page(from: cursor, limit: limit) { database, before, limit throws(SQLiteError) in
                try database.all(
                    """
                    SELECT id, order_number, sum, processed_at, refunded_at FROM withdrawals
                    WHERE user_id = ? AND id < ? ORDER BY id DESC LIMIT ?
                    """, user.rawValue, before, limit
                ) { row throws(SQLiteError) in
                    (
                        row.integer(0),
                        CustomerWithdrawal(withdrawal: try Withdrawal(row, from: 1), refundedAt: row.timeIfAny(4))
                    )
                }
            })
    }

    func ledger(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<AnnotatedEntry>, LoyaltyError> {
        .now(
            try reader.page(from: cursor, limit: limit) { database, before, limit throws(SQLiteError) in
                try database.all(
                    """
                    SELECT id, kind, order_number, amount, balance_after, created_at, author, reason
                    FROM ledger LEFT JOIN ledger_notes ON ledger_id = id
                    WHERE user_id = ? AND id < ? ORDER BY id DESC LIMIT ?
                    """, user.rawValue, before, limit
                ) { row throws(SQLiteError) in
                    (row.integer(0), AnnotatedEntry(entry: try LedgerEntry(row, from: 1), note: try row.note(6)))
                }
            })
    }

    func signIns(of user: UserID) throws(LoyaltyError) -> Eventual<CustomerSignIns, LoyaltyError> {
        let signIns = try reader.read { database throws(SQLiteError) in
            let ends = try database.all(
                "SELECT expires_at FROM sessions WHERE user_id = ? ORDER BY expires_at DESC", user.rawValue
            ) { row in Timestamp(milliseconds: row.integer(0)) }
            let places = try database.all(
                "SELECT place, used_at FROM sign_in_places WHERE user_id = ? ORDER BY used_at DESC, place",
                user.rawValue
            ) { row throws(SQLiteError) in
                let bytes = row.blob(0)
                guard [4, 8, SignInPlace.deviceByteCount].contains(bytes.count) else { throw .badValue("a place") }
                return CustomerSignIns.Place(
                    place: SignInPlace(bytes: bytes), usedAt: Timestamp(milliseconds: row.integer(1)))
            }
            return CustomerSignIns(sessionEnds: ends, places: places)
        }
        return .now(signIns)
    }

    func facts(of number: OrderNumber) throws(LoyaltyError) -> Eventual<NumberFacts, LoyaltyError> {
        .now(try reader.read { database throws(SQLiteError) in try database.facts(of: number) })
    }
}

extension Database {
    func facts(of number: OrderNumber) throws(SQLiteError) -> NumberFacts {
        let order = try first(
            """
            SELECT number, status, accrual, uploaded_at, user_id, login, state,
                (SELECT coalesce(-sum(amount), 0) FROM ledger WHERE kind = 5 AND order_number = ?1)
            FROM orders JOIN users ON users.id = user_id WHERE number = ?1
            """, number.digits
        ) { row throws(SQLiteError) in
            (
                CustomerOrder(order: try Order(row, from: 0), returned: Points(hundredths: row.integer(7))),
                row.customerName(4)
            )
        }
        let withdrawal = try first(
            """
            SELECT order_number, sum, processed_at, refunded_at, user_id, login, state
            FROM withdrawals JOIN users ON users.id = user_id WHERE order_number = ?
            """, number.digits
        ) { row throws(SQLiteError) in
            (
                CustomerWithdrawal(withdrawal: try Withdrawal(row, from: 0), refundedAt: row.timeIfAny(3)),
                row.customerName(4)
            )
        }
        let receipt = try first("SELECT earned, accepted_at FROM receipts WHERE order_number = ?", number.digits) {
            row in
            ReceiptFacts(
                points: Points(hundredths: row.integer(0)), acceptedAt: Timestamp(milliseconds: row.integer(1)))
        }
        return NumberFacts(
            order: order?.0, customer: order?.1, withdrawal: withdrawal?.0, spender: withdrawal?.1, receipt: receipt)
    }
}

extension Row {
    /// The customer in a column for the id and the two after it; `nil` if the customer was deleted.
    fileprivate borrowing func customerName(_ column: Int) -> CustomerName? {
        login(column + 1).map { CustomerName(id: UserID(rawValue: integer(column)), login: $0) }
    }
}
