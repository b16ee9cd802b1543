import Loyalty
import Synchronization

/// The receipts that were accepted a moment ago, and that still go through the first steps, by a monotonic clock. All
/// other receipts are processed, including those of an earlier run; so the status of a receipt never goes back,
/// whatever happens to the wall clock.
///
/// Any thread may use it.
package final class RecentReceipts: Sendable {
    /// The time after acceptance until which a receipt is registered.
    static let registeredMilliseconds: Int64 = 200
    static let processedAfterMilliseconds: Int64 = 400
    /// At this number of receipts, the oldest are processed sooner.
    static let countMax = 65_536

    private struct State {
        var acceptedAt: [OrderNumber: Int64] = [:]
        /// In order of acceptance; the elements before `head` have been removed.
        var queue: [(number: OrderNumber, acceptedAt: Int64)] = []
        var head = 0

        mutating func removeOld(now: Int64) {
            while head < queue.count {
                let oldest = queue[head]
                let isOld = oldest.acceptedAt + processedAfterMilliseconds <= now
                guard isOld || queue.count - head > countMax else { break }
                if acceptedAt[oldest.number] == oldest.acceptedAt { acceptedAt[oldest.number] = nil }
                head += 1
            }
            guard head * 2 > queue.count else { return }
            queue.removeFirst(head)
            head = 0
        }
    }

    private let state = Mutex(State())

    package init() {}

    /// Records that a receipt will be stored. It is called before the receipt can be read, because a client that read
    /// it earlier would be told that it is processed. If the receipt is not stored in the end, the record has no
    /// effect.
    package func note(_ number: OrderNumber, now: Int64) {
        state.withLock { state in
            state.acceptedAt[number] = now
            state.queue.append((number, now))
            state.removeOld(now: now)
        }
    }

    /// Returns the status of a receipt that is stored, and has earned these points.
    package func status(of number: OrderNumber, earned: Points, now: Int64) -> ReceiptStatus {
        guard let acceptedAt = state.withLock({ $0.acceptedAt[number] }) else { return .processed(earned) }
        return switch now - acceptedAt {
        case ..<Self.registeredMilliseconds: .registered
        case ..<Self.processedAfterMilliseconds: .processing
        default: .processed(earned)
        }
    }
}
