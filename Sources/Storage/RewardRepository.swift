import Eventual
import Loyalty

/// The rules and receipts of the built-in accrual system, as one event loop sees them. Its reads and writes promise the
/// same as those of ``Repository``.
package protocol RewardRepository: BatchReader {
    /// All rules, the oldest first.
    func rules() throws(LoyaltyError) -> Eventual<[RewardRule], LoyaltyError>

    /// The revision of the rules, which every read after this one shows or a later one. `nil` if it is not known,
    /// since a change is just being committed, or since the store would have to be asked.
    var rulesRevision: Revision? { get }

    /// The points that an accepted receipt earned; `nil` if the order has no receipt.
    func earned(by order: OrderNumber) throws(LoyaltyError) -> Eventual<Points?, LoyaltyError>

    /// Adds a rule if the limits allow it and no rule has its match.
    func addRule(_ rule: RewardRule) async throws(LoyaltyError) -> RuleAddition

    /// Removes the rule of this match. Returns false if there is none.
    func removeRule(matching match: String) async throws(LoyaltyError) -> Bool

    /// Stores a receipt. Returns false if the order has one already.
    ///
    /// - Parameter willAppear: called before a read can see the receipt, perhaps more than once.
    func addReceipt(
        of order: OrderNumber, earning points: Points, at now: Timestamp, willAppear: @escaping @Sendable () -> Void
    ) async throws(LoyaltyError) -> Bool
}

/// The result of ``RewardRepository/addRule(_:)``.
package enum RuleAddition: Sendable {
    case added
    /// There is a rule for this match.
    case matchTaken
    /// There are ``Loyalty/RewardRule/countMax`` rules, or the matches would have more than
    /// ``Loyalty/RewardRule/allMatchesBytesMax`` bytes with this one.
    case full
}
