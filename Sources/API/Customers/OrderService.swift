import Loyalty
import Storage

/// Decides on uploads of orders.
package struct OrderService {
    private let repository: any Repository
    private let queue: any OrderQueue
    private let clock: WallClock

    /// An order becomes final whenever the accrual system answers. A minute keeps a waiting client from asking all the
    /// time.
    private static let unfinishedRetrySeconds = 60

    package init(repository: any Repository, queue: any OrderQueue, clock: @escaping WallClock) {
        self.repository = repository
        self.queue = queue
        self.clock = clock
    }

    /// The number that a client uploads.
    ///
    /// - Throws: ``Loyalty/LoyaltyError/orderNumberMissing`` or ``Loyalty/LoyaltyError/orderNumberInvalid(_:)``.
    package static func number(parsing text: some Sequence<UInt8>) throws(LoyaltyError) -> OrderNumber {
        do {
            return try OrderNumber(parsing: text)
        } catch .empty {
            throw .orderNumberMissing
        } catch {
            throw .orderNumberInvalid(error)
        }
    }

    /// Stores an order, and puts a new one into the queue of orders that the accrual system is asked about.
    ///
    /// - Returns: true if the order is new, and false if the user has uploaded it before.
    /// - Throws: ``Loyalty/LoyaltyError/orderUploadedByAnother``,
    ///   ``Loyalty/LoyaltyError/tooManyUnfinishedOrders(retryAfterSeconds:)``, or an error of the repository.
    package func upload(_ number: OrderNumber, by user: UserID) async throws(LoyaltyError) -> Bool {
        switch try await repository.addOrder(number, of: user, at: clock()) {
        case .accepted(let id):
            queue.put(UnfinishedOrder(id: id, number: number, user: user))
            return true
        case .uploadedBefore: return false
        case .uploadedByAnother: throw .orderUploadedByAnother
        case .tooManyUnfinished: throw .tooManyUnfinishedOrders(retryAfterSeconds: Self.unfinishedRetrySeconds)
        }
    }
}
