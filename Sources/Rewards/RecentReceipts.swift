import Loyalty
import Synchronization

/// The receipts that go through their first steps, by a clock that never steps back. All others are processed: those of an
/// earlier run too, so that what was told once never changes, whatever becomes of the wall clock.
///
/// Any thread may use it.
package final class RecentReceipts: Sendable {
    /// From acceptance on.
    static let registeredMilliseconds: Int64 = 200
    static let processedAfterMilliseconds: Int64 = 400
    /// Over it the oldest are processed sooner.
    static let countMax = 65_536

    private struct State {
        var acceptedAt: [OrderNumber: Int64] = [:]
        /// In the order of acceptance; those before `head` have gone.
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

    /// Called before anybody can read the receipt, or one who did would have been told that it is processed. Where it is
    /// not stored in the end, this means nothing.
    package func note(_ number: OrderNumber, now: Int64) {
        state.withLock { state in
            state.acceptedAt[number] = now
            state.queue.append((number, now))
            state.removeOld(now: now)
        }
    }

    /// How far a receipt is that is stored with what it earned.
    package func status(of number: OrderNumber, earned: Points, now: Int64) -> ReceiptStatus {
        guard let acceptedAt = state.withLock({ $0.acceptedAt[number] }) else { return .processed(earned) }
        return switch now - acceptedAt {
        case ..<Self.registeredMilliseconds: .registered
        case ..<Self.processedAfterMilliseconds: .processing
        default: .processed(earned)
        }
    }
}
