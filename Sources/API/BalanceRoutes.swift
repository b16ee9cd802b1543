import HTTP
import JSON
import Loyalty

/// Balance, spending, and what was spent.
struct BalanceRoutes {
    let balances: BalanceService

    var routes: [Route] {
        [
            Route(method: .get, path: "/api/user/balance", action: .read(balance)),
            Route(method: .post, path: "/api/user/balance/withdraw", action: .write(withdraw)),
            Route(method: .get, path: "/api/user/withdrawals", action: .read(withdrawals)),
        ]
    }

    private func balance(_ user: UserID) throws(LoyaltyError) -> Response {
        let balance = try balances.balance(of: user)
        var writer = JSONWriter(reserving: 64)
        writer.object { writer in
            writer.name("current")
            writer.literal(balance.current.description)
            writer.name("withdrawn")
            writer.literal(balance.withdrawn.description)
        }
        return .json(.bytes(writer.bytes))
    }

    private func withdraw(_ user: UserID, _ body: [UInt8]) throws(LoyaltyError) -> Route.Later {
        let object = try RequestObject(body)
        let order = try object.string("order")
        let sum = try object.points("sum")
        let number = try BalanceService.number(parsing: order.utf8)
        return { () async throws(LoyaltyError) in
            try await balances.withdraw(sum, for: number, by: user)
            return Response(.ok)
        }
    }

    private func withdrawals(_ user: UserID) throws(LoyaltyError) -> Response {
        try .list { cursor, limit throws(LoyaltyError) in
            try balances.withdrawals(of: user, from: cursor, limit: limit)
        } write: { withdrawal, writer in
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
}
