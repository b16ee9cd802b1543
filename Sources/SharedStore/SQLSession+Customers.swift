import Loyalty

/// Customers, as the staff sees them.
extension SQLSession {
    package func customers(
        startingWith prefix: String, from cursor: PageCursor?, limit: Int
    ) throws(Failure) -> Page<UserAccount> {
        precondition(limit > 0, "limit must be positive")
        // Greater than each login that begins with the prefix: a character has at most the four bytes of the greatest.
        let end = prefix + String(repeating: "\u{10FFFF}", count: Login.bytesMax / 4 + 1)
        // If that user was deleted since, the list begins anew.
        let last = try cursor.flatMap { (cursor) throws(Failure) in
            try first("SELECT login FROM users WHERE id = ? AND state < 2", cursor.rawValue) { row in
                row.text(0)
            }
        }
        let users = try all(
            """
            SELECT id, login, state, created_at, current, withdrawn FROM users JOIN balances ON user_id = id
            WHERE login >= ? AND login <= ? AND id <> ? AND state < 2 ORDER BY login LIMIT ?
            """, last ?? prefix, end, cursor?.rawValue ?? 0, Int64(limit) + 1
        ) { row in UserAccount(row) }
        let next = users.count > limit ? PageCursor(rawValue: users[limit - 1].id.rawValue) : nil
        return Page(items: Array(users.prefix(limit)), next: next)
    }

    package func customers(of number: OrderNumber) throws(Failure) -> [UserAccount] {
        try all(
            """
            SELECT id, login, state, created_at, current, withdrawn FROM users JOIN balances ON user_id = id
            WHERE id IN (SELECT user_id FROM orders WHERE number = ?1
                UNION SELECT user_id FROM withdrawals WHERE order_number = ?1) AND state < 2 ORDER BY id
            """, number.digits
        ) { row in UserAccount(row) }
    }

    package func customer(_ user: UserID) throws(Failure) -> UserAccount? {
        try first(
            """
            SELECT id, login, state, created_at, current, withdrawn FROM users JOIN balances ON user_id = id
            WHERE id = ? AND state < 2
            """, user.rawValue
        ) { row in UserAccount(row) }
    }

    package func customerOrders(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(Failure) -> Page<CustomerOrder> {
        try page(from: cursor, limit: limit) { before, limit throws(Failure) in
            try all(
                """
                SELECT id, number, status, accrual, uploaded_at,
                    (SELECT CAST(coalesce(-sum(amount), 0) AS BIGINT) FROM ledger
                     WHERE kind = 5 AND order_number = number)
                FROM orders WHERE user_id = ? AND id < ? ORDER BY id DESC LIMIT ?
                """, user.rawValue, before, limit
            ) { row throws(BadValue) in
                (
                    row.integer(0),
                    CustomerOrder(order: try Order(row, from: 1), returned: Points(hundredths: row.integer(5)))
                )
            }
        }
    }

    package func customerWithdrawals(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(Failure) -> Page<CustomerWithdrawal> {
        try page(from: cursor, limit: limit) { before, limit throws(Failure) in
            try all(
                """
                SELECT id, order_number, sum, processed_at, refunded_at FROM withdrawals
                WHERE user_id = ? AND id < ? ORDER BY id DESC LIMIT ?
                """, user.rawValue, before, limit
            ) { row throws(BadValue) in
                (
                    row.integer(0),
                    CustomerWithdrawal(withdrawal: try Withdrawal(row, from: 1), refundedAt: row.timeIfAny(4))
                )
            }
        }
    }

    package func annotatedLedger(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(Failure) -> Page<AnnotatedEntry> {
        try page(from: cursor, limit: limit) { before, limit throws(Failure) in
            try all(
                """
                SELECT id, kind, order_number, amount, balance_after, created_at, author, reason
                FROM ledger LEFT JOIN ledger_notes ON ledger_id = id
                WHERE user_id = ? AND id < ? ORDER BY id DESC LIMIT ?
                """, user.rawValue, before, limit
            ) { row throws(BadValue) in
                (row.integer(0), AnnotatedEntry(entry: try LedgerEntry(row, from: 1), note: try row.note(6)))
            }
        }
    }

    package func signIns(of user: UserID) throws(Failure) -> CustomerSignIns {
        let ends = try all(
            "SELECT expires_at FROM sessions WHERE user_id = ? ORDER BY expires_at DESC", user.rawValue
        ) { row in Timestamp(milliseconds: row.integer(0)) }
        let places = try all(
            "SELECT place, used_at FROM sign_in_places WHERE user_id = ? ORDER BY used_at DESC, place",
            user.rawValue
        ) { row throws(BadValue) in
            let bytes = row.bytes(0)
            guard [4, 8, SignInPlace.deviceByteCount].contains(bytes.count) else { throw BadValue("a place") }
            return CustomerSignIns.Place(
                place: SignInPlace(bytes: bytes), usedAt: Timestamp(milliseconds: row.integer(1)))
        }
        return CustomerSignIns(sessionEnds: ends, places: places)
    }
}

extension SQLSession {
    package func facts(of number: OrderNumber) throws(Failure) -> NumberFacts {
        let order = try first(
            """
            SELECT number, status, accrual, uploaded_at, user_id, login, state,
                (SELECT CAST(coalesce(-sum(amount), 0) AS BIGINT) FROM ledger WHERE kind = 5 AND order_number = ?1)
            FROM orders JOIN users ON users.id = user_id WHERE number = ?1
            """, number.digits
        ) { row throws(BadValue) in
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
        ) { row throws(BadValue) in
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

extension SQLRow {
    /// The customer in a column for the id and the two after it; `nil` if the customer was deleted.
    fileprivate func customerName(_ column: Int) -> CustomerName? {
        login(column + 1).map { CustomerName(id: UserID(rawValue: integer(column)), login: $0) }
    }
}
