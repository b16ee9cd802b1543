import Loyalty
import Posix
import Synchronization

/// The new orders of other instances, and those that a command of the owner has ended, for the instance that asks the
/// accrual system.
///
/// Notifications bring them. Some may be missed: while the connection is lost, or if more come than are kept. Then the
/// orders have to be looked for in the table, from an id on before which nothing can be missing. The highest known id
/// is not that id, since ids are given before the commit: a transaction with a lower id may be committed later. But no
/// transaction lives for a minute, so the highest id that was known a minute before the first one was missed is.
///
/// Orders that were ended are not looked for: if one is missed, it is asked about until the lead changes, as if it had
/// not been ended.
final class OrdersOfOthers: Sendable {
    /// The result of ``take()``.
    enum Taken: Equatable {
        case orders([UnfinishedOrder])
        /// Some are missing. The table has all of them after this id.
        case lookAfter(OrderID)
    }

    private struct State {
        var orders: [UnfinishedOrder] = []
        var dropped: [UnfinishedOrder] = []
        /// The id after which orders are to be looked for; `nil` if none is missing.
        var missingAfter: OrderID?
        var highestID: OrderID
        /// Highest ids at earlier times, oldest first, with a minute between them. Before the first, nothing is
        /// missing.
        var samples: [(id: OrderID, at: Int64)]
    }

    private let capacity: Int
    private let state: Mutex<State>

    /// The number of orders that are kept. Each takes a hundred bytes, or a kilobyte if its number has the greatest
    /// length.
    static let countMax = 65_536
    /// Longer than a transaction lives: the limits of statements and of idle time end it within 15 seconds.
    private static let transactionMilliseconds: Int64 = 60_000
    /// More orders than all instances together add in transactions that are open at one time.
    private static let openOrdersMax: Int64 = 100_000

    init(capacity: Int = OrdersOfOthers.countMax) {
        precondition(capacity > 0, "capacity must be positive")
        self.capacity = capacity
        state = Mutex(State(highestID: OrderID(rawValue: 0), samples: [(OrderID(rawValue: 0), .min)]))
    }

    /// Takes note of the highest id in the table when this instance begins to listen, to the first database or to one
    /// that has lost orders.
    func begin(at highestID: OrderID) {
        let floor = highestID.rawValue.subtractingReportingOverflow(Self.openOrdersMax).partialValue
        state.withLock { state in
            (state.orders, state.dropped) = ([], [])
            state.highestID = highestID
            state.samples = [(OrderID(rawValue: max(0, floor)), .min)]
        }
    }

    /// Takes note of an order that any instance has stored.
    func noteStored(_ id: OrderID, now: Int64) {
        state.withLock { Self.note(id, now, &$0) }
    }

    /// Keeps new orders of another instance. If there are too many, the oldest is looked for later.
    func put(_ orders: [UnfinishedOrder], now: Int64) {
        state.withLock { state in
            for order in orders { Self.note(order.id, now, &state) }
            guard state.orders.count + orders.count <= capacity else {
                state.orders = []
                return noteMissing(now, &state)
            }
            state.orders += orders
        }
    }

    /// Keeps orders that a command of the owner has ended. If there are too many, the oldest are forgotten.
    func put(dropped orders: [UnfinishedOrder]) {
        state.withLock { state in
            state.dropped += orders
            state.dropped.removeFirst(max(0, state.dropped.count - capacity))
        }
    }

    /// Takes the orders that a command of the owner has ended.
    func takeDropped() -> [UnfinishedOrder] {
        state.withLock { state in
            defer { state.dropped = [] }
            return state.dropped
        }
    }

    /// Takes note that orders may have been missed.
    ///
    /// - Parameter since: In milliseconds of the monotonic clock.
    func noteMissing(since: Int64) {
        state.withLock { noteMissing(since, &$0) }
    }

    /// Takes what is there. If some are missing, they stay missing until ``beginLook()``.
    func take() -> Taken {
        state.withLock { state in
            if let id = state.missingAfter { return .lookAfter(id) }
            defer { state.orders = [] }
            return .orders(state.orders)
        }
    }

    /// Forgets the orders that are there and those that are missing. An instance that does not lead gathers orders that
    /// the leader settles.
    func skip() {
        state.withLock { state in
            (state.orders, state.dropped) = ([], [])
            state.missingAfter = nil
        }
    }

    /// Takes note that a look has begun that finds everything that is missing now.
    func beginLook() {
        state.withLock { $0.missingAfter = nil }
    }

    /// Takes note that a look has failed, so that the next one begins at the same id.
    func noteFailedLook(after id: OrderID) {
        state.withLock { $0.missingAfter = $0.missingAfter.map { min($0, id) } ?? id }
    }

    private func noteMissing(_ since: Int64, _ state: inout State) {
        let sample = state.samples.last { $0.at <= since - Self.transactionMilliseconds } ?? state.samples[0]
        state.missingAfter = state.missingAfter.map { min($0, sample.id) } ?? sample.id
    }

    private static func note(_ id: OrderID, _ now: Int64, _ state: inout State) {
        state.highestID = max(state.highestID, id)
        guard let last = state.samples.last, last.at == .min || now - last.at >= transactionMilliseconds else { return }
        state.samples.append((state.highestID, now))
        // The newest sample that is old enough is needed, and those after it.
        if state.samples.count > 3 { state.samples.removeFirst() }
    }
}
