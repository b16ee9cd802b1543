import HTTP
import JSON
import Loyalty

/// Balance, spending, and what was spent.
struct BalanceRoutes {
    let balances: BalanceService

    var routes: [Route] {
        [
            Route(method: .get, path: "/api/user/balance", operation: .balance, action: .read(balance)),
            Route(
                method: .post, path: "/api/user/balance/withdraw", bodyBytesMax: BodyLimit.withdrawalBytes,
                operation: .withdraw, action: .write(withdraw)),
            Route(method: .get, path: "/api/user/withdrawals", operation: .listWithdrawals, action: .read(withdrawals)),
            Route(
                method: .get, path: "/api/user/balance/withdrawals", operation: .listWithdrawalsAtOlderPath,
                action: .read(withdrawals)),
        ]
    }

    private func balance(_ user: UserID, _ request: Request) throws(LoyaltyError) -> Response {
        let balance = try balances.balance(of: user)
        var writer = JSONWriter(reserving: 64)
        writer.balance(balance)
        return .private(contentType: "application/json", .bytes(writer.bytes))
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

    private func withdrawals(_ user: UserID, _ request: Request) throws(LoyaltyError) -> Response {
        var times = TimestampWriter()
        let format = ListFormat<Withdrawal>.json { withdrawal, writer in
            writer.object { writer in
                writer.name(.order)
                writer.plain(withdrawal.order.digits)
                writer.name(.sum)
                writer.number(hundredths: withdrawal.sum.hundredths)
                writer.name(.processedAt)
                times.write(withdrawal.processedAt, &writer)
            }
        }
        return try .list(format, of: user, for: request) { cursor, limit throws(LoyaltyError) in
            try balances.withdrawals(of: user, from: cursor, limit: limit)
        }
    }
}

extension JSONName {
    fileprivate static let current = JSONName("current")
    fileprivate static let withdrawn = JSONName("withdrawn")
    fileprivate static let order = JSONName("order")
    fileprivate static let sum = JSONName("sum")
    fileprivate static let processedAt = JSONName("processed_at")
}

extension JSONWriter {
    mutating func balance(_ balance: Balance) {
        object { writer in
            writer.name(.current)
            writer.number(hundredths: balance.current.hundredths)
            writer.name(.withdrawn)
            writer.number(hundredths: balance.withdrawn.hundredths)
        }
    }
}
