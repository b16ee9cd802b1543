/// Uploading orders and listing them.
package struct OrderService {
    private let repository: any Repository
    private let queue: any OrderQueue
    private let clock: WallClock

    package init(repository: any Repository, queue: any OrderQueue, clock: @escaping WallClock) {
        self.repository = repository
        self.queue = queue
        self.clock = clock
    }

    /// Stores an order and puts it where it will be asked about; true where it is new, false where this user uploaded it
    /// before. Throws ``LoyaltyError/orderNumberMissing``, ``LoyaltyError/orderNumberInvalid(_:)`` or
    /// ``LoyaltyError/orderUploadedByAnother``.
    package func upload(_ text: some Sequence<UInt8>, by user: UserID) async throws(LoyaltyError) -> Bool {
        let number = try OrderService.number(parsing: text)
        guard queue.hasRoom else { throw .overloaded(retryAfterSeconds: 1) }
        switch try await repository.addOrder(number, of: user, at: clock()) {
        case .accepted(let id):
            queue.put(UnfinishedOrder(id: id, number: number))
            return true
        case .uploadedBefore: return false
        case .uploadedByAnother: throw .orderUploadedByAnother
        }
    }

    /// Newest upload first.
    package func orders(of user: UserID) throws(LoyaltyError) -> [Order] {
        try repository.orders(of: user)
    }

    static func number(parsing text: some Sequence<UInt8>) throws(LoyaltyError) -> OrderNumber {
        do {
            return try OrderNumber(parsing: text)
        } catch .empty {
            throw .orderNumberMissing
        } catch {
            throw .orderNumberInvalid(error)
        }
    }
}
