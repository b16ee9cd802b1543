import Loyalty
import Storage

/// Reads a shop as records, page by page, so that the memory in use does not grow with the shop. The caller's
/// transaction has to show one state of the store.
extension SQLSession {
    private static var rowsPerPage: Int64 { 2_000 }

    /// See ``Storage/StoreMaintenance/export(_:until:_:)``.
    package func exportShop(_ login: Login?, _ record: (ShopRecord) -> Bool) throws(Failure) -> Bool {
        var user: Int64?
        if let login {
            user = try id(of: .login(login))
            if user == nil { return false }
        }
        // If one user is exported, these ids enclose that user alone. A damaged store may have the least id; it is not
        // exported, as no id below 1 is.
        let (before, last) = user.map { ($0 &- 1, $0) } ?? (0, .max)
        var isWanted = try eachPage(record) { after throws(Failure) in
            try movedUsers(after: max(after, before), last)
        }
        guard isWanted else { return true }
        isWanted = try eachPage(record) { after throws(Failure) in try movedOrders(of: user, after: after) }
        guard isWanted else { return true }
        _ = try eachPage(record) { after throws(Failure) in try movedEntries(of: user, after: after) }
        return true
    }

    /// Returns false if `record` has ended the export.
    private func eachPage(
        _ record: (ShopRecord) -> Bool, _ page: (_ after: Int64) throws(Failure) -> [Row]
    ) throws(Failure) -> Bool {
        var after: Int64 = 0
        while true {
            let rows = try page(after)
            for row in rows where !record(row.record) { return false }
            guard let end = rows.last?.id, Int64(rows.count) == Self.rowsPerPage else { return true }
            after = end
        }
    }

    private typealias Row = (id: Int64, record: ShopRecord)

    private func movedUsers(after id: Int64, _ last: Int64) throws(Failure) -> [Row] {
        try all(
            """
            SELECT users.id, login, password_hash, created_at, state, current, withdrawn
            FROM users JOIN balances ON balances.user_id = users.id
            WHERE users.id > ? AND users.id <= ? ORDER BY users.id LIMIT ?
            """, id, last, Self.rowsPerPage
        ) { row throws(BadValue) in (row.integer(0), .user(try MovedUser(row))) }
    }

    private func movedOrders(of user: Int64?, after id: Int64) throws(Failure) -> [Row] {
        guard let user else {
            return try all(
                """
                SELECT orders.id, orders.user_id, number, status, accrual, uploaded_at, ledger.id, ledger.created_at
                FROM orders LEFT JOIN ledger ON ledger.kind = 1 AND ledger.order_number = orders.number
                WHERE orders.id > ? ORDER BY orders.id LIMIT ?
                """, id, Self.rowsPerPage
            ) { row throws(BadValue) in (row.integer(0), .order(try MovedOrder(row))) }
        }
        return try all(
            """
            SELECT orders.id, orders.user_id, number, status, accrual, uploaded_at, ledger.id, ledger.created_at
            FROM orders LEFT JOIN ledger ON ledger.kind = 1 AND ledger.order_number = orders.number
            WHERE orders.user_id = ? AND orders.id > ? ORDER BY orders.id LIMIT ?
            """, user, id, Self.rowsPerPage
        ) { row throws(BadValue) in (row.integer(0), .order(try MovedOrder(row))) }
    }

    private func movedEntries(of user: Int64?, after id: Int64) throws(Failure) -> [Row] {
        guard let user else {
            return try all(
                """
                SELECT id, user_id, kind, order_number, amount, created_at, author, reason
                FROM ledger LEFT JOIN ledger_notes ON ledger_id = id
                WHERE kind <> 1 AND id > ? ORDER BY id LIMIT ?
                """, id, Self.rowsPerPage
            ) { row throws(BadValue) in (row.integer(0), .entry(try MovedEntry(row))) }
        }
        return try all(
            """
            SELECT id, user_id, kind, order_number, amount, created_at, author, reason
            FROM ledger LEFT JOIN ledger_notes ON ledger_id = id
            WHERE user_id = ? AND kind <> 1 AND id > ? ORDER BY id LIMIT ?
            """, user, id, Self.rowsPerPage
        ) { row throws(BadValue) in (row.integer(0), .entry(try MovedEntry(row))) }
    }
}

extension MovedUser {
    fileprivate init(_ row: SQLRow) throws(BadValue) {
        guard let state = UserAccount.State(rawValue: row.integer(4)) else { throw BadValue("a state") }
        let isDeleted = state == .deleted
        let hash = PasswordHash(text: row.text(2))
        guard let login = try? Login(row.text(1)) else {
            guard isDeleted else { throw BadValue("a login") }
            self.init(row, login: nil, hash: nil, state: state)
            return
        }
        guard !isDeleted else { throw BadValue("a deleted user's login") }
        self.init(row, login: login, hash: hash == .missing ? nil : hash, state: state)
    }

    private init(_ row: SQLRow, login: Login?, hash: PasswordHash?, state: UserAccount.State) {
        self.init(
            key: String(row.integer(0)), login: login, passwordHash: hash, state: state,
            createdAt: Timestamp(milliseconds: row.integer(3)),
            balance: Balance(
                current: Points(hundredths: row.integer(5)), withdrawn: Points(hundredths: row.integer(6))))
    }
}

extension MovedOrder {
    fileprivate init(_ row: SQLRow) throws(BadValue) {
        let isCredited = !row.isNull(6)
        self.init(
            user: String(row.integer(1)), order: try Order(row, from: 2),
            creditedAt: Timestamp(milliseconds: row.integer(isCredited ? 7 : 5)),
            position: isCredited ? row.integer(6) : nil)
    }
}

extension MovedEntry {
    fileprivate init(_ row: SQLRow) throws(BadValue) {
        guard let kind = LedgerEntry.Kind(rawValue: row.integer(2)), kind != .other, kind != .accrual else {
            throw BadValue("a kind of ledger entry")
        }
        let number = OrderNumber(fromFile: row.text(3))
        guard (number == nil) == (kind == .adjustment) else { throw BadValue("an order number") }
        self.init(
            user: String(row.integer(1)), kind: kind, number: number, points: Points(hundredths: row.integer(4)),
            at: Timestamp(milliseconds: row.integer(5)), note: try row.note(6), position: row.integer(0))
    }
}
