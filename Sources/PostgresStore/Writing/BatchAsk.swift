import Loyalty
import Postgres

/// The statements that read and lock the rows by which a batch is decided.
///
/// All transactions of all instances take their locks in this order, so that none waits for one that waits for it:
/// the instance's own row, orders by id, balances by user, and then new order numbers, new withdrawals and the order of
/// notifications (``BatchStatements``). What is read after the locks is what was committed before them, because each
/// statement sees what was committed when it began.
struct BatchAsk {
    private let users: [Int64]
    private let settled: [Int64]
    private let uploadCount: Int
    private let uploads: [String]
    private let withdrawals: [String]
    /// An answer about a receipt may be from before a correction later than this.
    private let correctedAfter: Int64

    /// The time after which no answer from before a correction can be waiting: the longest time-out of a request, and a
    /// margin.
    static let correctionLifetimeMilliseconds: Int64 = 600_000

    init(_ operations: [BatchOperation], at now: Timestamp) {
        var (users, settled): (Set<Int64>, Set<Int64>) = ([], [])
        var (uploads, withdrawals): ([String], [String]) = ([], [])
        for operation in operations {
            switch operation {
            case .addOrder(let number, let user, _):
                users.insert(user.rawValue)
                uploads.append(number.digits)
            case .withdraw(_, let order, let user, _):
                users.insert(user.rawValue)
                withdrawals.append(order.digits)
            case .settle(let settlements, _):
                for settlement in settlements { settled.insert(settlement.order.rawValue) }
            }
        }
        (self.users, self.settled) = (Array(users), Array(settled))
        (self.uploads, self.withdrawals, uploadCount) = (uploads, withdrawals, uploads.count)
        correctedAfter = now.advanced(byMilliseconds: -Self.correctionLifetimeMilliseconds).milliseconds
    }

    /// The statements, for a new connection to prepare.
    static let statements = [lockOrders, lockAccounts, lockAccountsAndOwners, newIDs, owners, earlier, corrected]

    private static let lockOrders = PreparedStatement(
        "lock orders",
        "SELECT id, user_id, number, status, uploaded_at FROM orders WHERE id = ANY ($1) ORDER BY id FOR UPDATE",
        .integerArray)
    private static let lockAccounts = PreparedStatement(
        "lock accounts",
        """
        SELECT user_id, current, withdrawn, version, unfinished FROM balances
        WHERE user_id = ANY ($1) ORDER BY user_id FOR UPDATE
        """, .integerArray)
    /// The user of an order never changes, so the orders' users can be found and locked in one statement.
    private static let lockAccountsAndOwners = PreparedStatement(
        "lock accounts and owners",
        """
        SELECT user_id, current, withdrawn, version, unfinished FROM balances
        WHERE user_id IN (SELECT unnest($1) UNION SELECT user_id FROM orders WHERE id = ANY ($2))
        ORDER BY user_id FOR UPDATE
        """, .integerArray, .integerArray)
    private static let newIDs = PreparedStatement(
        "new order ids", "SELECT nextval('orders_id_seq') FROM generate_series(1, $1)", .integer)
    private static let owners = PreparedStatement(
        "owners of numbers", "SELECT number, user_id FROM orders WHERE number = ANY ($1)", .textArray)
    private static let earlier = PreparedStatement(
        "earlier withdrawals",
        """
        SELECT order_number, user_id, sum, refunded_at IS NULL FROM withdrawals WHERE order_number = ANY ($1)
        """, .textArray)
    private static let corrected = PreparedStatement(
        "corrected receipts",
        """
        SELECT order_number, earned FROM receipts
        WHERE order_number IN (SELECT number FROM orders WHERE id = ANY ($1)) AND corrected_at > $2
        """, .integerArray, .integer)

    /// Sends the statements that the batch needs.
    func send(on connection: inout Connection) throws(PostgresError) {
        if settled.isEmpty {
            try connection.send(Self.lockAccounts, Parameters { $0.add(array: users) })
        } else {
            try connection.send(Self.lockOrders, Parameters { $0.add(array: settled) })
            try connection.send(
                Self.lockAccountsAndOwners,
                Parameters {
                    $0.add(array: users)
                    $0.add(array: settled)
                })
            try connection.send(
                Self.corrected,
                Parameters {
                    $0.add(array: settled)
                    $0.add(correctedAfter)
                })
        }
        if !uploads.isEmpty {
            try connection.send(Self.newIDs, Parameters { $0.add(uploadCount) })
            try connection.send(Self.owners, Parameters { $0.add(array: uploads) })
        }
        if !withdrawals.isEmpty { try connection.send(Self.earlier, Parameters { $0.add(array: withdrawals) }) }
    }

    /// Reads the rows of the statements that ``send(on:)`` has sent.
    func read(on connection: inout Connection, until deadline: Deadline) throws(PostgresError) -> BatchFacts {
        var facts = BatchFacts()
        if !settled.isEmpty { facts.orders = try Self.readOrders(on: &connection, until: deadline) }
        facts.accounts = try Self.readAccounts(on: &connection, until: deadline)
        if !settled.isEmpty {
            let rows = try connection.rows(until: deadline) { (row: borrowing Row) throws(PostgresError) in
                (try row.orderNumber(0), Points(hundredths: try row.integer(1)))
            }
            facts.correctedReceipts = Dictionary(rows) { first, _ in first }
        }
        if !uploads.isEmpty {
            facts.newOrderIDs = try connection.rows(until: deadline) { (row: borrowing Row) throws(PostgresError) in
                OrderID(rawValue: try row.integer(0))
            }
            guard facts.newOrderIDs.count == uploadCount else { throw .badValue("the ids of new orders") }
            let rows = try connection.rows(until: deadline) { (row: borrowing Row) throws(PostgresError) in
                (try row.orderNumber(0), UserID(rawValue: try row.integer(1)))
            }
            facts.owners = Dictionary(rows) { first, _ in first }
        }
        if !withdrawals.isEmpty { facts.withdrawals = try Self.readWithdrawals(on: &connection, until: deadline) }
        return facts
    }

    private static func readOrders(
        on connection: inout Connection, until deadline: Deadline
    ) throws(PostgresError) -> [OrderID: BatchFacts.UploadedOrder] {
        let rows = try connection.rows(until: deadline) { (row: borrowing Row) throws(PostgresError) in
            guard let status = Order.Status(rawValue: try row.integer(3)) else { throw .badValue("an order's status") }
            let order = BatchFacts.UploadedOrder(
                user: UserID(rawValue: try row.integer(1)), number: try row.orderNumber(2), status: status,
                uploadedAt: Timestamp(milliseconds: try row.integer(4)))
            return (OrderID(rawValue: try row.integer(0)), order)
        }
        return Dictionary(rows) { first, _ in first }
    }

    private static func readAccounts(
        on connection: inout Connection, until deadline: Deadline
    ) throws(PostgresError) -> [UserID: BatchFacts.Account] {
        let rows = try connection.rows(until: deadline) { (row: borrowing Row) throws(PostgresError) in
            let balance = Balance(
                current: Points(hundredths: try row.integer(1)), withdrawn: Points(hundredths: try row.integer(2)))
            let account = BatchFacts.Account(
                balance: balance, version: try row.integer(3), unfinished: try row.integer(4))
            return (UserID(rawValue: try row.integer(0)), account)
        }
        return Dictionary(rows) { first, _ in first }
    }

    private static func readWithdrawals(
        on connection: inout Connection, until deadline: Deadline
    ) throws(PostgresError) -> [OrderNumber: BatchFacts.EarlierWithdrawal] {
        let rows = try connection.rows(until: deadline) { (row: borrowing Row) throws(PostgresError) in
            let withdrawal = BatchFacts.EarlierWithdrawal(
                user: UserID(rawValue: try row.integer(1)), sum: Points(hundredths: try row.integer(2)),
                isInForce: try row.bool(3))
            return (try row.orderNumber(0), withdrawal)
        }
        return Dictionary(rows) { first, _ in first }
    }
}
