import Loyalty
import Testing

@Suite struct OrderServiceTests {
    private let journal = FakeJournal()
    private let repository: FakeRepository
    private let clock = FakeClock()
    private let me = UserID(rawValue: 1)
    private let you = UserID(rawValue: 2)

    init() {
        repository = FakeRepository(journal: journal)
    }

    private func service(_ queue: FakeQueue) -> OrderService {
        OrderService(repository: repository, queue: queue, clock: { [clock] in clock.now })
    }

    @Test func newOrderIsStoredThenPut() async throws {
        let queue = FakeQueue(journal: journal)
        let isNew = try await service(queue).upload(" 18\n".utf8, by: me)
        #expect(isNew)
        #expect(journal.calls == ["addOrder", "put"])
        let number = try OrderNumber(parsing: "18".utf8)
        #expect(queue.taken == [UnfinishedOrder(id: OrderID(rawValue: 1), number: number)])
        #expect(repository.uploads.first?.at == clock.now)
    }

    @Test func repeatedOrderIsPutOnce() async throws {
        let queue = FakeQueue(journal: journal)
        let service = service(queue)
        _ = try await service.upload("18".utf8, by: me)
        let isNew = try await service.upload("18".utf8, by: me)
        #expect(!isNew)
        await #expect(throws: LoyaltyError.orderUploadedByAnother) { try await service.upload("18".utf8, by: you) }
        #expect(queue.taken.count == 1)
        let other = try await service.upload("018".utf8, by: you)
        #expect(other)
        #expect(queue.taken.count == 2)
    }

    /// None is accepted and then forgotten: without room, the order is not stored.
    @Test func queueWithoutRoomRefusesBeforeStoring() async {
        let queue = FakeQueue(journal: journal, hasRoom: false)
        await #expect(throws: LoyaltyError.overloaded(retryAfterSeconds: 1)) {
            try await service(queue).upload("18".utf8, by: me)
        }
        #expect(journal.calls.isEmpty)
    }

    @Test(
        arguments: [
            ("", .orderNumberMissing), (" \n", .orderNumberMissing), ("abc", .orderNumberInvalid(.notDigits)),
            ("17", .orderNumberInvalid(.checkDigit)),
            (String(repeating: "0", count: 1025), .orderNumberInvalid(.tooLong)),
        ] as [(String, LoyaltyError)])
    func badNumberIsRefusedBeforeAnythingIsAsked(text: String, error: LoyaltyError) async {
        for hasRoom in [true, false] {
            await #expect(throws: error) {
                try await service(FakeQueue(journal: journal, hasRoom: hasRoom)).upload(text.utf8, by: me)
            }
        }
        #expect(journal.calls.isEmpty)
    }

    @Test func failedUploadIsNotPut() async {
        repository.failure = .unavailable(retryAfterSeconds: 3)
        await #expect(throws: LoyaltyError.unavailable(retryAfterSeconds: 3)) {
            try await service(FakeQueue(journal: journal)).upload("18".utf8, by: me)
        }
        #expect(journal.calls == ["addOrder"])
    }

    @Test func listIsTheUsersOwn() async throws {
        let service = service(FakeQueue(journal: journal))
        for text in ["18", "26"] { _ = try await service.upload(text.utf8, by: me) }
        _ = try await service.upload("34".utf8, by: you)
        #expect(try service.orders(of: me).map(\.number.digits) == ["26", "18"])
    }
}
