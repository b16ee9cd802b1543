import Loyalty
import SQLite
import Storage

/// Changes of the shop as a whole.
extension WriteTransaction {
    func applyToShop(_ change: ShopChange, _ record: ActionRecord) throws(SQLiteError) -> ShopChangeResult {
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
                INSERT INTO registration VALUES (1, ?1) ON CONFLICT DO UPDATE SET is_open = ?1 WHERE is_open <> ?1
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

    func addRule(_ rule: RewardRule) throws(SQLiteError) -> RuleAddition {
        let sql: StaticString = """
            SELECT count(*), max(match_text = ?), coalesce(sum(length(CAST(match_text AS BLOB))), 0) FROM reward_rules
            """
        let found = try first(sql, rule.match) { row in
            (count: row.integer(0), isTaken: row.integer(1) == 1, bytes: row.integer(2))
        }
        if found?.isTaken ?? false { return .matchTaken }
        guard found?.count ?? 0 < RewardRule.countMax,
            Int(found?.bytes ?? 0) + rule.match.utf8.count <= RewardRule.allMatchesBytesMax
        else { return .full }
        try run(
            "INSERT INTO reward_rules (match_text, kind, reward_millionths) VALUES (?, ?, ?)", rule.match,
            rule.kind.rawValue, rule.rewardMillionths)
        return .added
    }

    /// Returns false if there is no rule of this match.
    func removeRule(matching match: String) throws(SQLiteError) -> Bool {
        try run("DELETE FROM reward_rules WHERE match_text = ?", match) == 1
    }
}
