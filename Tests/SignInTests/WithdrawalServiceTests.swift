import API
import Loyalty
import TestSupport
import Testing

@Suite struct WithdrawalServiceTests {
    private let journal = CallJournal()
    private let repository: InMemoryRepository
    private let clock = TestClock(milliseconds: 1_000_000)
    private let service: WithdrawalService
    private let me = UserID(rawValue: 1)
    private let you = UserID(rawValue: 2)

    init() {
        repository = InMemoryRepository(journal: journal)
        service = WithdrawalService(repository: repository, clock: { [clock] in clock.now })
        for user in [me, you] {
            repository.setBalance(Balance(current: Points(hundredths: 100), withdrawn: .zero), of: user)
        }
    }

    private func withdraw(_ hundredths: Int64, for order: String, by user: UserID) async throws(LoyaltyError) {
        try await service.withdraw(
            Points(hundredths: hundredths), for: try WithdrawalService.number(parsing: order.utf8), by: user)
    }

    @Test func withdrawingMovesPoints() async throws {
        try await withdraw(40, for: " 18 ", by: me)
        try await withdraw(60, for: "26", by: me)
        let balance = try repository.balance(of: me).atOnce
        #expect(balance == Balance(current: .zero, withdrawn: Points(hundredths: 100)))
        #expect(
            try repository.withdrawals(of: me, from: nil, limit: 9).atOnce.items.map(\.order.digits) == ["26", "18"])
        #expect(
            try repository.withdrawals(of: me, from: nil, limit: 9).atOnce.items.map(\.processedAt) == [
                clock.now, clock.now,
            ])
        #expect(try repository.withdrawals(of: you, from: nil, limit: 9).atOnce.items.isEmpty)
    }

    @Test func aRepeatedWithdrawalDebitsOnce() async throws {
        try await withdraw(60, for: "18", by: me)
        try await withdraw(60, for: "18", by: me)
        #expect(try repository.balance(of: me).atOnce.current == Points(hundredths: 40))
    }

    @Test func refusals() async throws {
        try await withdraw(60, for: "18", by: me)
        await #expect(throws: LoyaltyError.notEnoughPoints) { try await withdraw(41, for: "26", by: me) }
        await #expect(throws: LoyaltyError.notEnoughPoints) { try await withdraw(.max, for: "26", by: me) }
        await #expect(throws: LoyaltyError.withdrawalConflict) { try await withdraw(61, for: "18", by: me) }
        await #expect(throws: LoyaltyError.withdrawalConflict) { try await withdraw(60, for: "18", by: you) }
        #expect(try repository.balance(of: me).atOnce.current == Points(hundredths: 40))
        #expect(try repository.balance(of: you).atOnce.current == Points(hundredths: 100))
    }

    @Test(arguments: [0, -1, .min] as [Int64])
    func theSumMustBePositive(hundredths: Int64) async {
        await #expect(throws: LoyaltyError.sumInvalid("The sum is not above zero.")) {
            try await withdraw(hundredths, for: "18", by: me)
        }
        #expect(journal.calls.isEmpty)
    }

    @Test(arguments: [("", .empty), ("17", .checkDigit), ("1 8", .notDigits)] as [(String, OrderNumber.ParseError)])
    func anInvalidNumberIsRefusedBeforeAnyLookup(order: String, error: OrderNumber.ParseError) async {
        await #expect(throws: LoyaltyError.orderNumberInvalid(error)) { try await withdraw(1, for: order, by: me) }
        #expect(journal.calls.isEmpty)
    }

    @Test func aFailureIsPassedOn() async {
        repository.failure = .failed
        await #expect(throws: LoyaltyError.failed) { try await withdraw(1, for: "18", by: me) }
    }
}
