import Changes
import Loyalty
import TestSupport
import Testing

@testable import PostgresStore

/// The decision about a batch, from the rows that were read.
struct BatchDecisionTests {
    private static let ann = UserID(rawValue: 1)
    private static let bob = UserID(rawValue: 2)
    private static let stranger = UserID(rawValue: 3)
    private static let now = Timestamp(milliseconds: 1_800_000)
    private static let order = OrderNumber.sample(1)
    private static let other = OrderNumber.sample(2)

    /// Ann has 100 and may upload 1 more order; bob has nothing, and is at the limit.
    private static var facts: BatchFacts {
        var facts = BatchFacts()
        facts.accounts = [
            ann: BatchFacts.Account(balance: balance(100, 5), version: 7, unfinished: 2),
            bob: BatchFacts.Account(balance: balance(0, 0), version: 1, unfinished: 3),
        ]
        facts.newOrderIDs = (10...19).map { OrderID(rawValue: $0) }
        return facts
    }

    private static func balance(_ current: Int64, _ withdrawn: Int64) -> Balance {
        Balance(current: Points(hundredths: current), withdrawn: Points(hundredths: withdrawn))
    }

    private static func decide(
        _ operations: [BatchOperation], _ change: (inout BatchFacts) -> Void = { _ in }
    ) -> BatchDecision {
        var facts = facts
        change(&facts)
        return BatchDecision(operations, facts, unfinishedPerUserMax: 3)
    }

    private static func add(_ number: OrderNumber, _ user: UserID) -> BatchOperation {
        .addOrder(number, of: user, at: now)
    }

    private static func spend(_ hundredths: Int64, _ number: OrderNumber, _ user: UserID) -> BatchOperation {
        .withdraw(Points(hundredths: hundredths), for: number, of: user, at: now)
    }

    private static func settle(_ verdicts: [Settlement.Verdict]) -> BatchOperation {
        .settle(verdicts.map { Settlement(order: OrderID(rawValue: 5), verdict: $0) }, at: now)
    }

    // MARK: Uploads

    private static let uploads: [(name: String, operations: [BatchOperation], results: [OrderUpload], ids: [Int64])] = [
        ("new", [add(order, ann)], [.accepted(OrderID(rawValue: 10))], [10]),
        ("twice", [add(order, ann), add(order, ann)], [.accepted(OrderID(rawValue: 10)), .uploadedBefore], [10]),
        (
            "also of another", [add(order, ann), add(order, bob)],
            [.accepted(OrderID(rawValue: 10)), .uploadedByAnother], [10]
        ),
        (
            "up to the limit", [add(order, ann), add(other, ann)],
            [.accepted(OrderID(rawValue: 10)), .tooManyUnfinished], [10]
        ),
        ("beyond the limit", [add(order, bob)], [.tooManyUnfinished], []),
        (
            "refused, and then of another", [add(order, bob), add(order, ann)],
            [.tooManyUnfinished, .accepted(OrderID(rawValue: 10))], [10]
        ),
    ]

    @Test(arguments: uploads.indices)
    func uploadsAreDecidedOneAfterTheOther(index: Int) {
        let row = Self.uploads[index]
        let decision = Self.decide(row.operations)
        #expect(decision.results == row.results.map { .upload($0) }, "\(row.name)")
        #expect(decision.newOrders.map(\.id.rawValue) == row.ids, "\(row.name)")
        #expect(decision.facts.accounts[Self.ann]?.unfinished == 2 + Int64(row.ids.count), "\(row.name)")
        #expect(decision.facts.accounts[Self.ann]?.version == (row.ids.isEmpty ? 7 : 8), "\(row.name)")
        #expect(decision.figures.quarters.map(\.orders).reduce(0, +) == Int64(row.ids.count), "\(row.name)")
        #expect(decision.changes.isEmpty, "a client knows its own upload")
    }

    @Test func anOrderThatWasUploadedBeforeIsNotWritten() {
        let decision = Self.decide([Self.add(Self.order, Self.ann), Self.add(Self.order, Self.bob)]) {
            $0.owners = [Self.order: Self.bob]
        }
        #expect(decision.results == [.upload(.uploadedByAnother), .upload(.uploadedBefore)])
        #expect(decision.newOrders.isEmpty && decision.accounts.isEmpty)
    }

    @Test func aUserWithoutABalanceIsRefused() {
        let operations = [Self.add(Self.order, Self.stranger), Self.spend(1, Self.order, Self.stranger)]
        let decision = Self.decide(operations)
        #expect(decision.results == [.impossible, .withdrawal(.notEnoughPoints)])
        #expect(decision.accounts.isEmpty && decision.newOrders.isEmpty && decision.entries.isEmpty)
    }

    // MARK: Withdrawals

    private static let withdrawals: [(name: String, sums: [Int64], results: [WithdrawalResult], left: Int64)] = [
        ("all", [100], [.withdrawn], 0),
        ("one more than there is", [101], [.notEnoughPoints], 100),
        ("the same again", [60, 60], [.withdrawn, .repeated], 40),
        ("another sum for the same order", [60, 50], [.withdrawn, .conflict], 40),
    ]

    @Test(arguments: withdrawals.indices)
    func withdrawalsAreDecidedOneAfterTheOther(index: Int) {
        let row = Self.withdrawals[index]
        let decision = Self.decide(row.sums.map { Self.spend($0, Self.order, Self.ann) })
        #expect(decision.results == row.results.map { .withdrawal($0) }, "\(row.name)")
        let balance = Self.balance(row.left, 105 - row.left)
        #expect(decision.facts.accounts[Self.ann]?.balance == balance, "\(row.name)")
        let isChanged = row.left < 100
        #expect(decision.changes == (isChanged ? [Change(.balance(balance), of: Self.ann)] : []), "\(row.name)")
        #expect(decision.entries.map(\.amount) == (isChanged ? [row.left - 100] : []), "\(row.name)")
    }

    @Test func earlierWithdrawalsAreRepeatedOrConflict() {
        func earlier(_ user: UserID, _ sum: Int64, _ isInForce: Bool) -> BatchFacts.EarlierWithdrawal {
            BatchFacts.EarlierWithdrawal(user: user, sum: Points(hundredths: sum), isInForce: isInForce)
        }
        let rows: [(BatchFacts.EarlierWithdrawal, WithdrawalResult)] = [
            (earlier(Self.ann, 50, true), .repeated), (earlier(Self.ann, 51, true), .conflict),
            (earlier(Self.ann, 50, false), .conflict), (earlier(Self.bob, 50, true), .conflict),
        ]
        for (earlier, result) in rows {
            let decision = Self.decide([Self.spend(50, Self.order, Self.ann)]) {
                $0.withdrawals = [Self.order: earlier]
            }
            #expect(decision.results == [.withdrawal(result)])
            #expect(decision.accounts.isEmpty)
        }
    }

    @Test func withdrawalsOfOneUserRunDownOneBalance() {
        let decision = Self.decide((1...5).map { Self.spend(30, .sample($0), Self.ann) })
        #expect(
            decision.results.map { $0 == .withdrawal(.withdrawn) } == [true, true, true, false, false])
        #expect(decision.entries.map(\.balanceAfter.hundredths) == [70, 40, 10])
        #expect(decision.facts.accounts[Self.ann]?.version == 8, "the version grows once for a transaction")
    }

    // MARK: Settlements

    private struct SettlementRow {
        let name: String
        var status = Order.Status.new
        let verdicts: [Settlement.Verdict]
        var refused = 0
        /// The status in the end; `nil` if nothing is written.
        var end: Order.Status?
        var current: Int64 = 100
        var unfinished: Int64 = 2
        var changeCount = 1
    }

    private static func points(_ hundredths: Int64) -> Settlement.Verdict {
        .processed(Points(hundredths: hundredths))
    }

    private static let settlements: [SettlementRow] = [
        SettlementRow(name: "processing", verdicts: [.processing], end: .processing),
        SettlementRow(name: "processing again", status: .processing, verdicts: [.processing], changeCount: 0),
        SettlementRow(name: "invalid", status: .processing, verdicts: [.invalid], end: .invalid, unfinished: 1),
        SettlementRow(
            name: "credit", verdicts: [points(20)], end: .processed, current: 120, unfinished: 1, changeCount: 2),
        SettlementRow(
            name: "credit twice", verdicts: [points(20), points(20)], end: .processed, current: 120, unfinished: 1,
            changeCount: 2),
        SettlementRow(name: "no points", verdicts: [points(0)], end: .processed, unfinished: 1),
        SettlementRow(name: "below zero", verdicts: [points(-1)], refused: 1, changeCount: 0),
        SettlementRow(name: "more than an account holds", verdicts: [points(.max - 104)], refused: 1, changeCount: 0),
        SettlementRow(
            name: "as much as an account holds", verdicts: [points(.max - 105)], end: .processed,
            current: .max - 5, unfinished: 1, changeCount: 2),
        SettlementRow(name: "final before", status: .invalid, verdicts: [points(20)], changeCount: 0),
        SettlementRow(name: "processing after the end", status: .processed, verdicts: [.processing], changeCount: 0),
        SettlementRow(
            name: "invalid after credit", verdicts: [points(20), .invalid], end: .processed, current: 120,
            unfinished: 1, changeCount: 2),
    ]

    @Test(arguments: settlements.indices)
    func settlementsAreDecidedOnce(index: Int) {
        let row = Self.settlements[index]
        let decision = Self.decide([Self.settle(row.verdicts)]) {
            $0.orders[OrderID(rawValue: 5)] = BatchFacts.UploadedOrder(
                user: Self.ann, number: Self.order, status: row.status, uploadedAt: Self.now)
        }
        guard case .settlement(let refused)? = decision.results.first else {
            Issue.record("no settlement")
            return
        }
        #expect(refused.count == row.refused, "\(row.name)")
        #expect(decision.changedOrders[OrderID(rawValue: 5)]?.status == row.end, "\(row.name)")
        #expect(decision.facts.accounts[Self.ann]?.balance.current.hundredths == row.current, "\(row.name)")
        #expect(decision.facts.accounts[Self.ann]?.unfinished == row.unfinished, "\(row.name)")
        #expect(decision.entries.map(\.amount).reduce(0, +) == row.current - 100, "\(row.name)")
        #expect(decision.changes.count == row.changeCount, "\(row.name)")
    }

    @Test func onlyPointsForAnUnknownOrderAreRefused() {
        let decision = Self.decide([Self.settle([.processing, .invalid, Self.points(1)])])
        let refused = Settlement(order: OrderID(rawValue: 5), verdict: Self.points(1))
        #expect(decision.results == [.settlement(refused: [refused])])
    }

    /// After a failover that lost commits, the leader may know the order that had the id before.
    @Test func anAnswerAboutAnotherNumberIsRefused() {
        let verdicts: [Settlement.Verdict] = [.processing, .invalid, Self.points(1)]
        let answers = verdicts.map { Settlement(order: OrderID(rawValue: 5), number: Self.other, verdict: $0) }
        let decision = Self.decide([.settle(answers, at: Self.now)]) {
            $0.orders[OrderID(rawValue: 5)] = BatchFacts.UploadedOrder(
                user: Self.ann, number: Self.order, status: .new, uploadedAt: Self.now)
        }
        #expect(decision.results == [.settlement(refused: [answers[2]])])
        #expect(decision.changedOrders.isEmpty && decision.entries.isEmpty && decision.changes.isEmpty)
    }

    @Test func aCorrectedReceiptCountsInsteadOfAnOlderAnswer() {
        let decision = Self.decide([Self.settle([Self.points(20)])]) {
            $0.orders[OrderID(rawValue: 5)] = BatchFacts.UploadedOrder(
                user: Self.ann, number: Self.order, status: .new, uploadedAt: Self.now)
            $0.correctedReceipts = [Self.order: Points(hundredths: 3)]
        }
        #expect(decision.changedOrders[OrderID(rawValue: 5)]?.accrual == Points(hundredths: 3))
        #expect(decision.facts.accounts[Self.ann]?.balance == Self.balance(103, 5))
    }

    /// Only a damaged database has such values.
    @Test(arguments: [(.max, 2), (.max, .min), (.min, .min), (.min, 0)] as [(Int64, Int64)])
    func valuesAtTheEndsOf64BitsAreNoTrap(version: Int64, unfinished: Int64) {
        let operations = [
            Self.add(.sample(3), Self.ann), Self.spend(1, Self.other, Self.ann), Self.settle([.invalid]),
        ]
        for batch in [operations, operations.reversed(), [operations[2]]] {
            let decision = Self.decide(batch) {
                $0.accounts[Self.ann] = BatchFacts.Account(
                    balance: Self.balance(100, 5), version: version, unfinished: unfinished)
                $0.orders[OrderID(rawValue: 5)] = BatchFacts.UploadedOrder(
                    user: Self.ann, number: Self.order, status: .new, uploadedAt: Self.now)
            }
            let account = decision.facts.accounts[Self.ann]
            #expect(account?.version == version &+ 1 && account?.unfinished ?? -1 >= 0)
        }
    }

    @Test func aCreditPaysForALaterWithdrawalOfTheSameBatch() {
        let decision = Self.decide([
            Self.spend(110, Self.other, Self.ann), Self.settle([Self.points(20)]),
            Self.spend(110, Self.other, Self.ann),
        ]) {
            $0.orders[OrderID(rawValue: 5)] = BatchFacts.UploadedOrder(
                user: Self.ann, number: Self.order, status: .new, uploadedAt: Self.now)
        }
        #expect(
            decision.results == [.withdrawal(.notEnoughPoints), .settlement(refused: []), .withdrawal(.withdrawn)])
        #expect(decision.entries.map(\.balanceAfter.hundredths) == [120, 10])
    }
}
