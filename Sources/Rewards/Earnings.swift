import Loyalty

/// The sum that a receipt earns: computed exactly, and rounded once.
package enum Earnings {
    /// The sum is in fractions of a hundredth of a point: a price has 18 decimal places, a percentage 6 and the two of
    /// "per cent".
    private static let unitsPerHundredth: Int128 = 1_000_000_000_000_000_000_000_000
    /// The same units in a millionth of a point.
    private static let unitsPerMillionth: Int128 = 100_000_000_000_000_000_000

    /// Returns the sum, or `nil` if it exceeds ``Receipt/earnedMax``.
    static func sum(of goods: [Good], by index: RuleIndex) -> Points? {
        sum(of: goods, rewardedBy: { index.matching($0.description) })
    }

    /// Returns the sum by the rules that reward each good, or `nil` if it exceeds ``Receipt/earnedMax``.
    static func sum(of goods: [Good], rewardedBy rules: (Good) -> [RewardRule]) -> Points? {
        var units: Int128 = 0
        for good in goods {
            for rule in rules(good) {
                // No term is negative, so a sum that overflows here would exceed the maximum in the end.
                let (product, productOverflow) = Int128(rule.rewardMillionths).multipliedReportingOverflow(
                    by: rule.kind == .percent ? good.price : unitsPerMillionth)
                let (sum, sumOverflow) = units.addingReportingOverflow(product)
                guard !productOverflow, !sumOverflow else { return nil }
                units = sum
            }
        }
        let (whole, rest) = units.quotientAndRemainder(dividingBy: unitsPerHundredth)
        let rounded = rest * 2 >= unitsPerHundredth ? whole + 1 : whole
        guard rounded <= Int128(Receipt.earnedMax.hundredths) else { return nil }
        return Points(hundredths: Int64(rounded))
    }
}
