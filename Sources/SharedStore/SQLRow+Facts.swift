import Loyalty

// Makes facts of rows. Each type lists its columns once; a statement selects them in that order, with others before or
// after them. Debug builds compare the names of each row that is read, so that tests find a statement with another
// order.

extension Order {
    private static let columns = ["number", "status", "accrual", "uploaded_at"]

    /// - Parameter column: the first of the order's columns.
    init(_ row: SQLRow, from column: Int) throws(BadValue) {
        assert(row.hasColumns(Self.columns, from: column), "the statement must select the columns of an order")
        self.init(
            number: try row.orderNumber(column), status: try row.status(column + 1),
            accrual: Points(hundredths: row.integer(column + 2)),
            uploadedAt: Timestamp(milliseconds: row.integer(column + 3)))
    }
}

extension Withdrawal {
    private static let columns = ["order_number", "sum", "processed_at"]

    /// - Parameter column: the first of the withdrawal's columns.
    init(_ row: SQLRow, from column: Int) throws(BadValue) {
        assert(row.hasColumns(Self.columns, from: column), "the statement must select the columns of a withdrawal")
        self.init(
            order: try row.orderNumber(column), sum: Points(hundredths: row.integer(column + 1)),
            processedAt: Timestamp(milliseconds: row.integer(column + 2)))
    }
}

extension LedgerEntry {
    private static let columns = ["kind", "order_number", "amount", "balance_after", "created_at"]

    /// - Parameter column: the first of the entry's columns.
    init(_ row: SQLRow, from column: Int) throws(BadValue) {
        assert(row.hasColumns(Self.columns, from: column), "the statement must select the columns of a ledger entry")
        self.init(
            kind: Kind(rawValue: row.integer(column)) ?? .other, order: try row.orderNumberIfAny(column + 1),
            points: Points(hundredths: row.integer(column + 2)),
            balanceAfter: Points(hundredths: row.integer(column + 3)),
            at: Timestamp(milliseconds: row.integer(column + 4)))
    }
}

extension Balance {
    private static let columns = ["current", "withdrawn"]

    /// - Parameter column: the first of the balance's columns.
    init(_ row: SQLRow, from column: Int = 0) {
        assert(row.hasColumns(Self.columns, from: column), "the statement must select the columns of a balance")
        self.init(
            current: Points(hundredths: row.integer(column)), withdrawn: Points(hundredths: row.integer(column + 1)))
    }
}

extension UserAccount {
    private static let columns = ["id", "login", "state", "created_at", "current", "withdrawn"]

    /// From a statement that selects these columns and no others.
    init(_ row: SQLRow) {
        assert(row.hasColumns(Self.columns), "the statement must select the columns of a user's account")
        self.init(
            id: UserID(rawValue: row.integer(0)), login: row.text(1),
            state: State(rawValue: row.integer(2)) ?? .deleted, balance: Balance(row, from: 4),
            createdAt: Timestamp(milliseconds: row.integer(3)))
    }
}

extension StaffAccount {
    private static let columns = ["id", "name", "kind", "role", "state", "created_at", "last_used_at"]

    /// - Parameter column: the first of the account's columns.
    init(_ row: SQLRow, from column: Int = 0) throws(BadValue) {
        assert(row.hasColumns(Self.columns, from: column), "the statement must select the columns of a staff account")
        guard let kind = Kind(rawValue: row.integer(column + 2)) else { throw BadValue("the kind of an account") }
        self.init(
            id: StaffID(rawValue: row.integer(column)), name: row.text(column + 1), kind: kind,
            role: try row.role(column + 3), state: UserAccount.State(rawValue: row.integer(column + 4)) ?? .deleted,
            createdAt: Timestamp(milliseconds: row.integer(column + 5)), lastUsedAt: row.timeIfAny(column + 6))
    }
}

extension OwnedOrder {
    /// From a statement that selects `id`, the columns of an order, `login` and `state`.
    package init(_ row: SQLRow) throws(BadValue) {
        self.init(id: OrderID(rawValue: row.integer(0)), order: try Order(row, from: 1), login: row.login(5))
    }
}

extension SQLRow {
    /// The order number of a column. Throws an error if the column has none.
    func orderNumber(_ column: Int) throws(BadValue) -> OrderNumber {
        guard let number = OrderNumber(fromFile: text(column)) else { throw BadValue("an order number") }
        return number
    }

    /// The order number of a column; `nil` if the column is empty, as an adjustment's is.
    func orderNumberIfAny(_ column: Int) throws(BadValue) -> OrderNumber? {
        let digits = text(column)
        return digits.isEmpty ? nil : try orderNumber(column)
    }

    /// The status of an order. Throws an error if the column has none.
    func status(_ column: Int) throws(BadValue) -> Order.Status {
        guard let status = Order.Status(rawValue: integer(column)) else { throw BadValue("an order's status") }
        return status
    }

    /// The role of an account. Throws an error if the column has none.
    func role(_ column: Int) throws(BadValue) -> StaffRole {
        guard let role = StaffRole(rawValue: integer(column)) else { throw BadValue("a role of the staff") }
        return role
    }

    /// The time in a column; `nil` if the column is null.
    func timeIfAny(_ column: Int) -> Timestamp? {
        isNull(column) ? nil : Timestamp(milliseconds: integer(column))
    }

    /// The login in a column, if the state in the next one is not that of a deleted user.
    func login(_ column: Int) -> String? {
        assert(hasColumns(["login", "state"], from: column), "the state must follow the login")
        return integer(column + 1) == UserAccount.State.deleted.rawValue ? nil : text(column)
    }

    /// The author in a column, with the reason in the next one; `nil` if there is no author.
    func note(_ column: Int) throws(BadValue) -> LedgerNote? {
        if isNull(column) { return nil }
        let author = text(column)
        guard !author.isEmpty else { throw BadValue("the author of a note") }
        return LedgerNote(author: author, reason: text(column + 1))
    }
}
