import Loyalty
import Storage

/// Changes of the shop as a whole.
extension ShopTransaction {
    func applyToShop(_ change: ShopChange, _ record: ActionRecord) throws(Failure) -> ShopChangeResult {
        switch change {
        case .addRule(let rule):
            switch try addRule(rule) {
            case .added:
                try add(record, subject: rule.match, note: "\(rule.reward) \(rule.kind.name)")
                return .done(isChanged: true)
            case .matchTaken: return .refused(.matchTaken)
            case .full: return .refused(.rulesFull)
            }
        case .removeRule(let match):
            guard try removeRule(matching: match) else { return .refused(.noSuchRule) }
            try add(record, subject: match)
            return .done(isChanged: true)
        case .setRegistration(let isOpen):
            let changed = try run(
                """
                INSERT INTO registration VALUES (1, ?1)
                ON CONFLICT (id) DO UPDATE SET is_open = ?1 WHERE registration.is_open <> ?1
                """, isOpen ? 1 as Int64 : 0)
            if changed == 1 { try add(record) }
            return .done(isChanged: changed == 1)
        case .makeBackup(let name):
            // A cut inside a character leaves U+FFFD, which has three bytes.
            try add(record, subject: String(decoding: name.utf8.prefix(StaffAction.subjectBytesMax - 3), as: UTF8.self))
            return .done(isChanged: true)
        default: preconditionFailure("the change must be one of the shop as a whole")
        }
    }

    package func addRule(_ rule: RewardRule) throws(Failure) -> RuleAddition {
        let matches = try all("SELECT match_text FROM reward_rules") { row in row.text(0) }
        if matches.contains(where: { $0.utf8.elementsEqual(rule.match.utf8) }) { return .matchTaken }
        let bytes = matches.reduce(rule.match.utf8.count) { sum, match in sum + match.utf8.count }
        guard matches.count < RewardRule.countMax, bytes <= RewardRule.allMatchesBytesMax else { return .full }
        try run(
            "INSERT INTO reward_rules (match_text, kind, reward_millionths) VALUES (?, ?, ?)", rule.match,
            rule.kind.rawValue, rule.rewardMillionths)
        return .added
    }

    /// Returns false if there is no rule of this match.
    package func removeRule(matching match: String) throws(Failure) -> Bool {
        try run("DELETE FROM reward_rules WHERE match_text = ?", match) == 1
    }

    /// Returns false if the order has a receipt already.
    package func addReceipt(of order: OrderNumber, earning points: Points, at now: Timestamp) throws(Failure) -> Bool {
        try run(
            "INSERT INTO receipts VALUES (?, ?, ?) ON CONFLICT (order_number) DO NOTHING", order.digits,
            points.hundredths, now.milliseconds) == 1
    }
}
