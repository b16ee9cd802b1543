import Loyalty

/// The points that a receipt would earn.
package struct ReceiptPreview: Sendable {
    package let points: Points
    /// In the order of the goods. As the sum alone is rounded exactly, the points of the goods may add up to a few
    /// hundredths more or less.
    package let goods: [GoodReward]

    /// A good may be rewarded by thousands of rules, of which the first are shown.
    private static let shownRulesMax = 4

    /// Returns `nil` if the goods earn more than ``Receipt/earnedMax``.
    init?(of goods: [Good], by index: RuleIndex) {
        var rewards: [GoodReward] = []
        for good in goods {
            let rules = index.matching(good.description)
            guard let points = Earnings.sum(of: [good], rewardedBy: { _ in rules }) else { return nil }
            rewards.append(GoodReward(points: points, matches: rules.prefix(Self.shownRulesMax).map(\.match)))
        }
        guard let points = Earnings.sum(of: goods, by: index) else { return nil }
        (self.points, self.goods) = (points, rewards)
    }
}

/// The points that one good would earn, and the matches of the first rules that grant them.
package struct GoodReward: Sendable {
    package let points: Points
    package let matches: [String]
}

extension Good {
    /// The price as the shortest decimal: `7000`, `19.99`.
    package var priceText: String {
        var unit: Int128 = 1
        for _ in 0..<Self.pricePlaces { unit *= 10 }
        let (whole, rest) = price.quotientAndRemainder(dividingBy: unit)
        guard rest > 0 else { return "\(whole)" }
        let digits = String("\(unit + rest)".dropFirst())
        let zeros = digits.reversed().prefix { $0 == "0" }.count
        return "\(whole).\(digits.dropLast(zeros))"
    }
}
