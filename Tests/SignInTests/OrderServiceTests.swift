import API
import Loyalty
import TestSupport
import Testing

@Suite struct OrderServiceTests {
    private let journal = CallJournal()
    private let repository: InMemoryRepository
    private let clock = TestClock(milliseconds: 1_000_000)
    private let me = UserID(rawValue: 1)
    private let you = UserID(rawValue: 2)

    init() {
        repository = InMemoryRepository(journal: journal)
    }

    private func service(_ queue: KeptOrders) -> OrderService {
        OrderService(repository: repository, queue: queue, clock: { [clock] in clock.now })
    }

    private func number(_ text: String) throws(LoyaltyError) -> OrderNumber {
        try OrderService.number(parsing: text.utf8)
    }

    @Test func aNewOrderIsStoredAndThenQueued() async throws {
        let queue = KeptOrders(journal: journal)
        let isNew = try await service(queue).upload(try number(" 18\n"), by: me)
        #expect(isNew)
        #expect(journal.calls == ["addOrder", "put"])
        #expect(queue.orders == [UnfinishedOrder(id: OrderID(rawValue: 1), number: try number("18"), user: me)])
        #expect(try repository.order(number("18"), of: me).atOnce?.uploadedAt == clock.now)
    }

    @Test func aRepeatedOrderIsQueuedOnce() async throws {
        let queue = KeptOrders(journal: journal)
        let service = service(queue)
        _ = try await service.upload(try number("18"), by: me)
        let isNew = try await service.upload(try number("18"), by: me)
        #expect(!isNew)
        await #expect(throws: LoyaltyError.orderUploadedByAnother) {
            try await service.upload(try number("18"), by: you)
        }
        #expect(queue.orders.count == 1)
        let other = try await service.upload(try number("018"), by: you)
        #expect(other)
        #expect(queue.orders.count == 2)
    }

    /// A user at the limit can upload no further order; numbers that were uploaded before are answered as usual.
    @Test func aUserAtTheLimitUploadsNothingNew() async throws {
        let queue = KeptOrders(journal: journal)
        let service = service(queue)
        repository.unfinishedPerUserMax = 1
        _ = try await service.upload(try number("18"), by: me)
        await #expect(throws: LoyaltyError.tooManyUnfinishedOrders(retryAfterSeconds: 60)) {
            try await service.upload(try number("26"), by: me)
        }
        #expect(try await service.upload(try number("18"), by: me) == false)
        #expect(try await service.upload(try number("26"), by: you))
        #expect(queue.numbers == ["18", "26"])
    }

    @Test(
        arguments: [
            ("", .orderNumberMissing), (" \n", .orderNumberMissing), ("abc", .orderNumberInvalid(.notDigits)),
            ("17", .orderNumberInvalid(.checkDigit)),
            (String(repeating: "0", count: 1025), .orderNumberInvalid(.tooLong)),
        ] as [(String, LoyaltyError)])
    func anInvalidNumberIsRefused(text: String, error: LoyaltyError) {
        #expect(throws: error) { try number(text) }
    }

    @Test func aFailedUploadIsNotQueued() async {
        repository.failure = .unavailable(retryAfterSeconds: 3)
        await #expect(throws: LoyaltyError.unavailable(retryAfterSeconds: 3)) {
            try await service(KeptOrders(journal: journal)).upload(try number("18"), by: me)
        }
        #expect(journal.calls == ["addOrder"])
    }
}
