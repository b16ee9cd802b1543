/// A rule that rewards goods whose description contains a text.
package struct RewardRule: Equatable, Sendable {
    /// The unit of the reward. Raw values are stored in the database.
    package enum Kind: Int64, Sendable, CaseIterable {
        /// A percentage of the good's price.
        case percent = 1
        /// A fixed number of points for each good.
        case points = 2

        package var name: String {
            switch self {
            case .percent: "%"
            case .points: "pt"
            }
        }
    }

    package static let matchBytesMax = 1024
    /// The most rules, because each receipt is checked against all of them.
    package static let countMax = 10_000
    /// The most bytes of all matches together, because a change of a rule rebuilds the automaton of all matches.
    package static let allMatchesBytesMax = 1024 * 1024
    /// The decimal places of a reward.
    package static let places = 6

    /// The text that a description must contain, compared byte for byte.
    package let match: String
    package let kind: Kind
    /// The reward in millionths of a percent or of a point.
    package let rewardMillionths: Int64

    /// Checks a rule of a client; throws ``LoyaltyError/malformed(_:)``.
    package init(match: String, kind: Kind, rewardMillionths: Int64) throws(LoyaltyError) {
        guard !match.isEmpty else { throw .malformed("\"match\" is empty.") }
        guard match.utf8.count <= Self.matchBytesMax else {
            throw .malformed("\"match\" is longer than \(Self.matchBytesMax) bytes.")
        }
        guard rewardMillionths > 0 else { throw .malformed("\"reward\" is not above zero.") }
        (self.match, self.kind, self.rewardMillionths) = (match, kind, rewardMillionths)
    }

    /// Takes a rule that was checked before it was stored.
    package init(stored match: String, kind: Kind, rewardMillionths: Int64) {
        precondition(!match.isEmpty && rewardMillionths > 0, "a stored rule must have a match and a positive reward")
        (self.match, self.kind, self.rewardMillionths) = (match, kind, rewardMillionths)
    }

    /// The reward as the shortest decimal: `10`, `7.25`, `0.000001`.
    package var reward: String {
        let whole = rewardMillionths / 1_000_000
        let fraction = String(1_000_000 + rewardMillionths % 1_000_000).dropFirst()
        let digits = fraction.prefix(fraction.count - fraction.reversed().prefix { $0 == "0" }.count)
        return digits.isEmpty ? "\(whole)" : "\(whole).\(digits)"
    }
}

// Swift's `String` treats canonically equivalent texts as equal; two matches are equal only byte for byte.
extension RewardRule {
    package static func == (left: RewardRule, right: RewardRule) -> Bool {
        left.match.utf8.elementsEqual(right.match.utf8) && left.kind == right.kind
            && left.rewardMillionths == right.rewardMillionths
    }
}
