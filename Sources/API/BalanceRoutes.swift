import HTTP
import JSON
import Loyalty

/// Balance, spending, and what was spent.
struct BalanceRoutes {
    let balances: BalanceService

    var routes: [Route] {
        [
            Route(method: .get, path: "/api/user/balance", action: .user(balance)),
            Route(method: .post, path: "/api/user/balance/withdraw", action: .user(withdraw)),
            Route(method: .get, path: "/api/user/withdrawals", action: .user(withdrawals)),
        ]
    }

    private func balance(_ user: UserID, _ body: [UInt8]) async throws(LoyaltyError) -> Response {
        let balance = try balances.balance(of: user)
        var writer = JSONWriter(reserving: 64)
        writer.object { writer in
            writer.name("current")
            writer.literal(balance.current.description)
            writer.name("withdrawn")
            writer.literal(balance.withdrawn.description)
        }
        return .json(writer.bytes)
    }

    private func withdraw(_ user: UserID, _ body: [UInt8]) async throws(LoyaltyError) -> Response {
        let object = try RequestObject(body)
        let order = try object.string("order")
        let sum = try object.points("sum")
        try await balances.withdraw(sum, for: order.utf8, by: user)
        return Response(.ok)
    }

    private func withdrawals(_ user: UserID, _ body: [UInt8]) async throws(LoyaltyError) -> Response {
        let withdrawals = try balances.withdrawals(of: user)
        guard !withdrawals.isEmpty else { return Response(.noContent) }
        var writer = JSONWriter(reserving: withdrawals.count * 80)
        writer.array { writer in
            for withdrawal in withdrawals {
                writer.object { writer in
                    writer.name("order")
                    writer.string(withdrawal.order.digits)
                    writer.name("sum")
                    writer.literal(withdrawal.sum.description)
                    writer.name("processed_at")
                    writer.string(withdrawal.processedAt.rfc3339)
                }
            }
        }
        return .json(writer.bytes)
    }
}
