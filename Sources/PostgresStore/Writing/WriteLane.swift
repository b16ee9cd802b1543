import Changes
import Loyalty
import Metrics
import Posix
import Postgres
import Storage
import Synchronization

/// The only part of a server that writes into a database of PostgreSQL: a thread with one connection.
///
/// There are two kinds of writes. Uploads, withdrawals and settlements are committed together with others that wait
/// (``BatchDecision``). All others are conversations: each is a transaction of its own, with a round trip for each
/// statement.
///
/// The lane also listens: with the answer to a commit, the server sends the notifications of everything that was
/// committed before it, and its own (``ChangeNotification``). The lane publishes them in that order and acknowledges
/// after that, so that a client that has its response and asks for changes finds its own.
///
/// Each caller is answered within ``writeDeadlineMilliseconds``: with a result, if it is durable;
/// ``Loyalty/LoyaltyError/overloaded(retryAfterSeconds:)`` and ``Loyalty/LoyaltyError/unavailable(retryAfterSeconds:)``
/// if nothing happened; ``Loyalty/LoyaltyError/failed`` if it is at fault; and ``Loyalty/LoyaltyError/inDoubt`` if its
/// fate is unknown at its deadline.
///
/// Any thread may use it.
final class WriteLane: Sendable {
    private let queue: WriteQueue
    private let work: @Sendable () -> Void
    /// `nil` before it is started.
    private let thread = Mutex<Thread?>(nil)
    private let isStartedByWrites: Bool
    /// Gets an element at the end of the first attempt to connect.
    private let firstAttempts = BlockingQueue<Void>(capacity: 1)
    private let status = LaneStatus()
    private let statistics = CommitStatistics()
    private let orders = OrdersOfOthers()
    /// Carries attempts to sign in among the instances.
    let attempts: AttemptsOfInstances
    private let queueCapacity: Int

    /// The time within which each caller is answered. A client and a load balancer wait longer; a healthy server takes
    /// milliseconds.
    static let writeDeadlineMilliseconds = 5_000
    private static let overloadedRetrySeconds = 1
    private static let stoppingRetrySeconds = 1

    /// Starts the thread, and waits for its first attempt to connect.
    ///
    /// - Parameter instance: `nil` if the first write is to start the thread, which then claims a row.
    init(
        connector: StoreConnector, instance: InstanceRow?, limits: StorageLimits, changeLog: ChangeLog,
        clock: @escaping WallClock, log: Log
    ) throws(PostgresError) {
        queue = try WriteQueue(capacity: limits.writeQueueMax)
        queueCapacity = limits.writeQueueMax
        isStartedByWrites = instance == nil
        attempts = AttemptsOfInstances { [queue] in queue.wake() }
        let marker = instance?.marker ?? InstanceRow.unclaimed
        work = { [queue, status, statistics, orders, attempts, firstAttempts] in
            WriteLoop(
                connector: connector, marker: marker, limits: limits, queue: queue, status: status,
                statistics: statistics, changeLog: changeLog, orders: orders, attempts: attempts, clock: clock,
                log: log,
                onFirstAttempt: { _ = firstAttempts.put(()) }
            ).run()
        }
        if !isStartedByWrites { start() }
    }

    /// Starts the thread unless it was started, and waits for its first attempt to connect.
    private func start() {
        thread.withLock { thread in
            guard thread == nil else { return }
            thread = Thread(name: "writer", body: work)
            firstAttempts.take()
        }
    }

    // MARK: Writes

    /// See `Repository.addOrder(_:of:at:)`.
    func addOrder(
        _ number: OrderNumber, of user: UserID, at now: Timestamp
    ) async throws(LoyaltyError) -> OrderUpload {
        guard case .upload(let upload) = try await perform(.addOrder(number, of: user, at: now)) else { throw .failed }
        return upload
    }

    /// See `Repository.withdraw(_:for:of:at:)`.
    func withdraw(
        _ sum: Points, for order: OrderNumber, of user: UserID, at now: Timestamp
    ) async throws(LoyaltyError) -> WithdrawalResult {
        precondition(sum > .zero, "a withdrawal's sum must be positive")
        let result = try await perform(.withdraw(sum, for: order, of: user, at: now))
        guard case .withdrawal(let withdrawal) = result else { throw .failed }
        return withdrawal
    }

    /// See `SettlementRepository.settle(_:at:)`. It blocks, and returns the settlements that are impossible.
    func settle(_ settlements: [Settlement], at now: Timestamp) throws(LoyaltyError) -> [Settlement] {
        let result = try Self.wait { answer in
            begin(.settle(settlements, at: now), beyondCapacity: true, answer: answer)
        }
        guard case .settlement(let refused) = result else { throw .failed }
        return refused
    }

    /// Runs a body in a transaction of its own and returns its result once that is durable.
    ///
    /// The body may run more than once, each time after everything that it did was rolled back, so it must have no
    /// effect outside the transaction. If it throws, nothing happened.
    ///
    /// - Parameter isExclusive: True if the exclusive bodies of all instances are to run one after another, such as
    ///   changes of the staff and of the reward rules, which look at several rows. Each locks the row `shop`.
    func converse<Value: Sendable>(
        isExclusive: Bool = false, _ body: @escaping @Sendable (PostgresTransaction) throws(PostgresError) -> Value
    ) async throws(LoyaltyError) -> Value {
        let result = await Resumption<Result<Value, LoyaltyError>>.suspend { resumption in
            submit(
                Self.conversation(isExclusive, body) { resumption.resume(returning: .success($0)) },
                refuse: { resumption.resume(returning: .failure($0)) })
        }
        return try result.get()
    }

    /// As ``converse(isExclusive:_:)``, for a thread that may block. Even a full queue takes the body: each caller
    /// waits, so that there are never more of these bodies than threads.
    func converseAndWait<Value: Sendable>(
        isExclusive: Bool = false, _ body: @escaping @Sendable (PostgresTransaction) throws(PostgresError) -> Value
    ) throws(LoyaltyError) -> Value {
        try Self.wait { answer in
            submit(
                Self.conversation(isExclusive, body) { answer(.success($0)) }, beyondCapacity: true,
                refuse: { answer(.failure($0)) })
        }
    }

    // MARK: Orders of other instances

    /// The most orders that one look at the table hands over.
    private static let lookedOrdersMax = 65_536
    private static let lookPageOrders = 5_000

    /// See `Leadership.ordersOfOtherServers()`.
    func takeOrdersOfOtherServers() throws(LoyaltyError) -> [UnfinishedOrder] {
        switch orders.take() {
        case .orders(let orders): return orders
        case .lookAfter(var last):
            orders.beginLook()
            var found: [UnfinishedOrder] = []
            do throws(LoyaltyError) {
                while found.count < Self.lookedOrdersMax {
                    let after = last
                    let page = try converseAndWait { transaction throws(PostgresError) in
                        try transaction.unfinishedOrders(after: after, limit: Self.lookPageOrders)
                    }
                    found += page.orders
                    guard page.isFull, let end = page.last else { return found }
                    last = end
                }
            } catch {
                orders.noteFailedLook(after: last)
                guard found.isEmpty else { return found }
                throw error
            }
            orders.noteFailedLook(after: last)
            return found
        }
    }

    /// See `Leadership.droppedOrders()`.
    func takeDroppedOrders() -> [UnfinishedOrder] { orders.takeDropped() }

    /// See `Leadership.skipOrdersOfOtherServers()`.
    func skipOrdersOfOtherServers() {
        orders.skip()
    }

    // MARK: State

    /// The reason why writes are refused at this moment, in words; `nil` if none is known.
    var obstacle: String? {
        if let obstacle = status.obstacle(now: SystemClock.monotonicMilliseconds()) { return obstacle }
        let waiting = queue.count
        return waiting >= queueCapacity ? "\(waiting) writes wait, which is the limit" : nil
    }

    /// The number of transactions whose commit was in doubt.
    var doubtCount: Int { status.doubts.current }

    func writeMetrics(_ text: inout MetricsText) {
        statistics.write(to: &text, waiting: queue.count, waitingMax: queueCapacity)
        text.gauge(
            "martlet_writer_connected", "1 if the writer has a connection to the database.",
            status.isConnected ? 1 : 0)
        text.counter(
            "martlet_writer_doubts_total",
            "Transactions whose commit was not answered, and whose fate the next connection decided.", doubtCount)
    }

    /// Calls back on the lane's thread after all writes that wait now; at once if the database can't be reached.
    func whenReached(_ answer: @escaping @Sendable () -> Void) {
        submit(.call(answer), beyondCapacity: true, refuse: { _ in answer() })
    }

    /// Takes no further writes, finishes those that wait, within their deadlines, and closes the connection. It blocks
    /// until then, and is called once.
    func stop() {
        queue.close()
        thread.withLock { $0.take() }?.join()
    }

    // MARK: Jobs

    private func perform(_ operation: BatchOperation) async throws(LoyaltyError) -> BatchResult {
        let result = await Resumption<Result<BatchResult, LoyaltyError>>.suspend { resumption in
            begin(operation) { resumption.resume(returning: $0) }
        }
        return try result.get()
    }

    /// Has an operation committed together with others.
    ///
    /// - Parameters:
    ///   - beyondCapacity: True if a full queue takes it too.
    ///   - answer: It is called exactly once, on the lane's thread, or at once if the queue does not take the
    ///     operation.
    func begin(
        _ operation: BatchOperation, beyondCapacity: Bool = false,
        answer: @escaping @Sendable (Result<BatchResult, LoyaltyError>) -> Void
    ) {
        submit(
            .operation(operation) { answer(.success($0)) }, beyondCapacity: beyondCapacity,
            refuse: { answer(.failure($0)) })
    }

    private func submit(
        _ work: WriteJob.Work, beyondCapacity: Bool = false, refuse: @escaping @Sendable (LoyaltyError) -> Void
    ) {
        // The time of the connection is no part of the write's.
        if isStartedByWrites, !queue.isClosed { start() }
        let job = WriteJob(
            work: work, deadline: .after(milliseconds: Self.writeDeadlineMilliseconds), refuse: refuse)
        guard !queue.put(job, beyondCapacity: beyondCapacity) else { return }
        refuse(
            queue.isClosed
                ? .unavailable(retryAfterSeconds: Self.stoppingRetrySeconds)
                : .overloaded(retryAfterSeconds: Self.overloadedRetrySeconds))
    }

    private static func conversation<Value: Sendable>(
        _ isExclusive: Bool, _ body: @escaping @Sendable (PostgresTransaction) throws(PostgresError) -> Value,
        answer: @escaping @Sendable (Value) -> Void
    ) -> WriteJob.Work {
        .conversation(
            WriteJob.Conversation(isExclusive: isExclusive) { transaction throws(PostgresError) in
                let value = try body(transaction)
                return { answer(value) }
            })
    }

    /// Blocks until `begin`'s argument is called.
    private static func wait<Value: Sendable>(
        _ begin: (_ answer: @escaping @Sendable (Result<Value, LoyaltyError>) -> Void) -> Void
    ) throws(LoyaltyError) -> Value {
        let answer = BlockingQueue<Result<Value, LoyaltyError>>(capacity: 1)
        begin { result in
            let isFirst = answer.put(result)
            precondition(isFirst, "an operation must be answered exactly once")
        }
        guard let result = answer.take() else {
            preconditionFailure("the queue of an operation's answer must stay open")
        }
        return try result.get()
    }
}

extension PostgresTransaction {
    /// A page of the unfinished orders after an id, and the last id that was looked at if there may be more.
    fileprivate func unfinishedOrders(
        after id: OrderID, limit: Int
    ) throws(PostgresError) -> (orders: [UnfinishedOrder], last: OrderID?, isFull: Bool) {
        let rows = try all(
            "SELECT id, number, user_id FROM orders WHERE id > ? AND status < 2 ORDER BY id LIMIT ?", id.rawValue,
            Int64(limit)
        ) { row in
            (id: OrderID(rawValue: row.integer(0)), number: row.text(1), user: UserID(rawValue: row.integer(2)))
        }
        // An order with an invalid number, which no check would pass, is not asked about.
        let orders = rows.compactMap { row in
            OrderNumber(fromFile: row.number).map { UnfinishedOrder(id: row.id, number: $0, user: row.user) }
        }
        return (orders, rows.last?.id, rows.count == limit)
    }
}
