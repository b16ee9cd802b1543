/// What goods earn whose description contains a text.
package struct RewardRule: Equatable, Sendable {
    /// How the reward counts. Raw values are stored in the database.
    package enum Kind: Int64, Sendable, CaseIterable {
        /// Of the good's price.
        case percent = 1
        /// Whatever the good costs.
        case points = 2

        package var name: String {
            switch self {
            case .percent: "%"
            case .points: "pt"
            }
        }
    }

    package static let matchBytesMax = 1024
    /// Rules that there may be: each receipt is looked at for all of them.
    package static let countMax = 10_000
    /// Bytes of all matches together: a change of a rule has the automaton of all made anew.
    package static let allMatchesBytesMax = 1024 * 1024
    /// Decimal places of a reward.
    package static let places = 6

    /// The text that a description contains, compared byte for byte.
    package let match: String
    package let kind: Kind
    /// In millionths of a percent or of a point.
    package let rewardMillionths: Int64

    /// Throws ``LoyaltyError/malformed(_:)``.
    package init(match: String, kind: Kind, rewardMillionths: Int64) throws(LoyaltyError) {
        guard !match.isEmpty else { throw .malformed("\"match\" is empty.") }
        guard match.utf8.count <= Self.matchBytesMax else {
            throw .malformed("\"match\" is longer than \(Self.matchBytesMax) bytes.")
        }
        guard rewardMillionths > 0 else { throw .malformed("\"reward\" is not above zero.") }
        (self.match, self.kind, self.rewardMillionths) = (match, kind, rewardMillionths)
    }

    /// Takes what was checked before it was stored.
    package init(stored match: String, kind: Kind, rewardMillionths: Int64) {
        precondition(!match.isEmpty && rewardMillionths > 0, "the table checks a rule")
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
