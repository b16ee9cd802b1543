import Eventual
import HTTP
import JSON
import Loyalty
import Rewards
import Web

/// The reward rules.
struct StaffRuleRoutes {
    /// `nil` if another accrual system is asked.
    let rewards: RewardService?
    let changes: StaffChanges

    var routes: [Route] {
        [
            Route(.get, "/api/staff/rules", .listShopRules, for: .cashier, list),
            Route(
                .post, "/api/staff/rules", .addShopRule, for: .owner, bodyBytesMax: BodyLimit.ruleBytes, add),
            Route(.delete, "/api/staff/rules", .removeShopRule, for: .owner, remove),
            Route(
                .post, "/api/staff/rules/try", .tryRules, for: .cashier, bodyBytesMax: BodyLimit.ruleBytes, tryOut),
        ]
    }

    private func list(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        guard let rewards else { return .now(Problem.accrualOff.response) }
        return try rewards.rules().map { rules in .staff(StaffList.array(rules) { $1.rule($0) }) }
    }

    /// `{"match": "…", "reward": …, "reward_type": "…"}`
    private func add(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        guard rewards != nil else { return .now(Problem.accrualOff.response) }
        let rule = try RewardRule(try RequestObject(call.body))
        let request = changes.unrepeated(call)
        return .later { () async throws(LoyaltyError) in
            try await changes.apply(.addRule(rule), for: request) { _ in
                var writer = JSONWriter()
                writer.rule(rule)
                return StaffReply(.created, writer.bytes)
            }
        }
    }

    private func remove(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        guard rewards != nil else { return .now(Problem.accrualOff.response) }
        // No rule has an empty match.
        let match = try call.parameter("match") ?? ""
        let request = changes.unrepeated(call)
        return .later { () async throws(LoyaltyError) in
            try await changes.apply(.removeRule(matching: match), for: request) { _ in StaffReply([]) }.emptied
        }
    }

    /// `{"description": "…", "price": …}`
    private func tryOut(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        guard let rewards else { return .now(Problem.accrualOff.response) }
        let good = try Good(try RequestObject(call.body))
        try good.checkDescription()
        return try rewards.preview(of: [good]).map { preview in
            var writer = JSONWriter()
            writer.good(good, preview.goods[0])
            return .staff(writer.bytes)
        }
    }
}
