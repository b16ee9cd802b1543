import Loyalty
import Postgres

/// The statements that read and lock the rows by which a batch is decided.
///
/// All transactions of all instances take their locks in this order, so that none waits for one that waits for it:
/// the instance's own row, orders by id, balances by user, receipts that change, and then new order numbers, new
/// withdrawals and the order of notifications (``BatchStatements``). What is read after the locks is what was committed
/// before them, because each statement sees what was committed when it began.
struct BatchQuery {
    /// In ascending order.
    private let users: [Int64]
    /// The number of uploads of each of `users`, in the same order.
    private let uploadCounts: [Int64]
    private let settled: [Int64]
    private let uploads: [OrderNumber]
    private let withdrawals: [String]

    init(_ operations: [BatchOperation]) {
        var counts: [Int64: Int64] = [:]
        var settled: Set<Int64> = []
        var (uploads, withdrawals): ([OrderNumber], [String]) = ([], [])
        for operation in operations {
            switch operation {
            case .addOrder(let number, let user, _):
                counts[user.rawValue, default: 0] += 1
                uploads.append(number)
            case .withdraw(_, let order, let user, _):
                counts[user.rawValue, default: 0] += 0
                withdrawals.append(order.digits)
            case .settle(let settlements, _):
                for settlement in settlements { settled.insert(settlement.order.rawValue) }
            }
        }
        let users = counts.sorted { $0.key < $1.key }
        (self.users, uploadCounts) = (users.map(\.key), users.map(\.value))
        (self.settled, self.uploads, self.withdrawals) = (Array(settled), uploads, withdrawals)
    }

    /// The statements, for a new connection to prepare.
    static let statements = [
        lockOrders, countUploads, lockAccounts, lockAccountsAndOwners, idsAndOwners, earlier, changedReceipts,
        corrected,
    ]

    /// True if the statement that locks the accounts also counts the uploads, as if each were accepted. Most are, and
    /// then an account is written only once. The account of a withdrawal is written again in any case.
    private var countsUploads: Bool { settled.isEmpty && uploads.count > withdrawals.count }

    private static let lockOrders = PreparedStatement(
        "lock orders",
        "SELECT id, user_id, number, status, uploaded_at FROM orders WHERE id = ANY ($1) ORDER BY id FOR UPDATE",
        .integerArray)
    private static let countUploads = PreparedStatement(
        "count uploads",
        """
        UPDATE balances SET version = version + 1, unfinished = unfinished + asked.uploads
        FROM (SELECT u, n FROM unnest($1, $2) AS q (u, n) ORDER BY u) AS asked (id, uploads) WHERE user_id = asked.id
        RETURNING user_id, current, withdrawn, version, unfinished
        """, .integerArray, .integerArray)
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
    private static let idsAndOwners = PreparedStatement(
        "new ids, and owners of numbers",
        """
        SELECT position, nextval('orders_id_seq'), orders.user_id
        FROM unnest($1) WITH ORDINALITY AS asked (number, position) LEFT JOIN orders ON orders.number = asked.number
        """, .textArray)
    private static let earlier = PreparedStatement(
        "earlier withdrawals",
        """
        SELECT order_number, user_id, sum, refunded_at IS NULL FROM withdrawals WHERE order_number = ANY ($1)
        """, .textArray)
    /// Waits for corrections that began before their orders were uploaded, and so have not locked these. `xmax` names
    /// the transaction that changes or locks a row, if there is one, so that most settlements lock no receipt.
    private static let changedReceipts = PreparedStatement(
        "receipts that change",
        """
        SELECT 1 FROM receipts
        WHERE order_number IN (SELECT number FROM orders WHERE id = ANY ($1)) AND xmax <> 0 FOR SHARE OF receipts
        """, .integerArray)
    /// An answer may be from before a correction, however long ago that was: the process that asked may have hung, and
    /// the clocks of two machines may differ. So no time is compared.
    private static let corrected = PreparedStatement(
        "corrected receipts",
        """
        SELECT order_number, earned FROM receipts
        WHERE order_number IN (SELECT number FROM orders WHERE id = ANY ($1)) AND corrected_at IS NOT NULL
        """, .integerArray)

    /// Sends the statements that the batch needs.
    func send(on connection: inout Connection) throws(PostgresError) {
        if countsUploads {
            try connection.send(
                Self.countUploads,
                Parameters {
                    $0.add(array: users)
                    $0.add(array: uploadCounts)
                })
        } else if settled.isEmpty {
            try connection.send(Self.lockAccounts, Parameters { $0.add(array: users) })
        } else {
            try connection.send(Self.lockOrders, Parameters { $0.add(array: settled) })
            try connection.send(
                Self.lockAccountsAndOwners,
                Parameters {
                    $0.add(array: users)
                    $0.add(array: settled)
                })
            try connection.send(Self.changedReceipts, Parameters { $0.add(array: settled) })
            try connection.send(Self.corrected, Parameters { $0.add(array: settled) })
        }
        if !uploads.isEmpty {
            try connection.send(Self.idsAndOwners, Parameters { $0.add(array: uploads.map(\.digits)) })
        }
        if !withdrawals.isEmpty { try connection.send(Self.earlier, Parameters { $0.add(array: withdrawals) }) }
    }

    /// Reads the rows of the statements that ``send(on:)`` has sent.
    func read(on connection: inout Connection, until deadline: Deadline) throws(PostgresError) -> BatchFacts {
        var facts = BatchFacts()
        if !settled.isEmpty { facts.orders = try Self.readOrders(on: &connection, until: deadline) }
        facts.accounts = try Self.readAccounts(on: &connection, until: deadline)
        if countsUploads { facts.noteCounted(zip(users, uploadCounts)) }
        if !settled.isEmpty {
            _ = try connection.rows(until: deadline) { (_: borrowing Row) throws(PostgresError) in }
            let rows = try connection.rows(until: deadline) { (row: borrowing Row) throws(PostgresError) in
                (try row.orderNumber(0), Points(hundredths: try row.integer(1)))
            }
            facts.correctedReceipts = Dictionary(rows) { first, _ in first }
        }
        if !uploads.isEmpty {
            try readIDsAndOwners(into: &facts, on: &connection, until: deadline)
        }
        if !withdrawals.isEmpty { facts.withdrawals = try Self.readWithdrawals(on: &connection, until: deadline) }
        return facts
    }

    private func readIDsAndOwners(
        into facts: inout BatchFacts, on connection: inout Connection, until deadline: Deadline
    ) throws(PostgresError) {
        let rows = try connection.rows(until: deadline) { (row: borrowing Row) throws(PostgresError) in
            (position: try row.integer(0), id: try row.integer(1), owner: try row.integerIfAny(2))
        }
        guard rows.count == uploads.count else { throw .badValue("the ids of new orders") }
        facts.newOrderIDs = rows.map(\.id).sorted().map { OrderID(rawValue: $0) }
        for case (let position, _, let owner?) in rows {
            guard (1...Int64(uploads.count)).contains(position) else { throw .badValue("the position of a number") }
            facts.owners[uploads[Int(position) - 1]] = UserID(rawValue: owner)
        }
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
