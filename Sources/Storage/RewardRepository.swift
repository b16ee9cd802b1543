import Loyalty

/// Where rules and receipts are kept, as an event loop sees them; reads and writes promise what those of
/// ``Loyalty/Repository`` do.
package protocol RewardRepository: AnyObject {
    /// Oldest first.
    func rules() throws(LoyaltyError) -> [RewardRule]
    /// What is read from now until the batch ends is at least of this version.
    var version: ReadVersion { get }
    /// Whether no rule was added or removed since, as far as anybody could know.
    func rulesAreCurrent(_ version: ReadVersion) -> Bool
    /// What an accepted receipt earned; nil where there is none.
    func earned(by order: OrderNumber) throws(LoyaltyError) -> Points?

    func addRule(_ rule: RewardRule) async throws(LoyaltyError) -> RuleAddition
    /// False where there is none.
    func removeRule(matching match: String) async throws(LoyaltyError) -> Bool
    /// False where the order has a receipt. `willAppear` is called before anybody can read it, more than once perhaps.
    func addReceipt(
        of order: OrderNumber, earning points: Points, at now: Timestamp, willAppear: @escaping @Sendable () -> Void
    ) async throws(LoyaltyError) -> Bool
}

package enum RuleAddition: Sendable {
    case added
    /// There is a rule for this match.
    case matchTaken
    /// There are ``RewardRule/countMax``, or their matches have ``RewardRule/allMatchesBytesMax`` bytes with this one.
    case full
}
