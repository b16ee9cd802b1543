import Loyalty

/// Earnings by rules that were just read, for a program that asks once.
extension Earnings {
    /// Returns the sum by these rules, or `nil` if it exceeds ``Receipt/earnedMax``.
    package static func sum(of goods: [Good], by rules: [RewardRule]) -> Points? {
        sum(of: goods, by: RuleIndex(rules))
    }

    /// Returns the points that goods would earn, each and together; `nil` if the sum exceeds ``Receipt/earnedMax``.
    package static func preview(of goods: [Good], by rules: [RewardRule]) -> ReceiptPreview? {
        ReceiptPreview(of: goods, by: RuleIndex(rules))
    }

    /// Returns the rules by which a good earns.
    package static func rules(for description: String, among rules: [RewardRule]) -> [RewardRule] {
        RuleIndex(rules).matching(description)
    }
}
