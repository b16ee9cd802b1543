import Loyalty
import Storage
import Web

/// Uploads orders and lists them.
package struct OrderService {
    private let repository: any Repository
    private let queue: any OrderQueue
    private let clock: WallClock

    /// Orders become final when the accrual system answers, which can't be predicted. A minute keeps a waiting client
    /// from asking all the time.
    private static let unfinishedRetrySeconds = 60

    package init(repository: any Repository, queue: any OrderQueue, clock: @escaping WallClock) {
        self.repository = repository
        self.queue = queue
        self.clock = clock
    }

    /// Parses the number that a client uploads. Throws ``LoyaltyError/orderNumberMissing`` or
    /// ``LoyaltyError/orderNumberInvalid(_:)``.
    package static func number(parsing text: some Sequence<UInt8>) throws(LoyaltyError) -> OrderNumber {
        do {
            return try OrderNumber(parsing: text)
        } catch .empty {
            throw .orderNumberMissing
        } catch {
            throw .orderNumberInvalid(error)
        }
    }

    /// Stores an order and queues it for the accrual system. Returns true if the order is new, false if this user has
    /// uploaded it before.
    ///
    /// - Throws: ``LoyaltyError/orderUploadedByAnother`` or
    ///   ``LoyaltyError/tooManyUnfinishedOrders(retryAfterSeconds:)``.
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

    /// Returns the order with the number `text`. Throws ``LoyaltyError/orderUnknown`` also if the text is not an order
    /// number, because no user can have uploaded it.
    package func order(numbered text: String, of user: UserID) throws(LoyaltyError) -> Order {
        // An upload may have white space around the number; a path has exactly one spelling.
        guard let number = try? OrderNumber(parsing: text.utf8), number.digits == text,
            let order = try repository.order(number, of: user)
        else { throw .orderUnknown }
        return order
    }

    /// Newest upload first; see ``Repository/orders(of:from:limit:)``.
    package func orders(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Page<Order> {
        try repository.orders(of: user, from: cursor, limit: limit)
    }
}
