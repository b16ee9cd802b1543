import Loyalty
import TestSupport
import Testing

@testable import Rewards

@Suite struct RewardServiceTests {
    /// The store compares matches byte for byte, so it takes the other form of a text in the place of the first one.
    @Test func aCanonicallyEquivalentRuleIsAnotherRule() async throws {
        let service = RewardService(
            repository: InMemoryRewards(InMemoryStorage()), recents: RecentReceipts(),
            clock: { Timestamp(milliseconds: 0) }, monotonicClock: { 0 })
        for match in ["Caf\u{E9}", "Cafe\u{301}", "Caf\u{E9}"] {
            let rule = RewardRule(stored: match, kind: .points, rewardMillionths: 1_000_000)
            let addition = try await service.add(rule)
            #expect(addition == .added)
            let receipt = Receipt(order: .sample(1), goods: [Good(description: "\(match) noir", price: 0)])
            let earned = try service.earnings(of: receipt).atOnce
            #expect(earned == Points(hundredths: 100), "\(Array(match.utf8))")
            let document = try service.document { rules in rules.flatMap { Array($0.match.utf8) } }.atOnce
            #expect(document == Array(match.utf8))
            let isRemoved = try await service.removeRule(matching: match)
            #expect(isRemoved)
        }
    }
}
