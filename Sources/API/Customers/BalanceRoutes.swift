import Eventual
import HTTP
import JSON
import Loyalty
import Storage
import Web

/// The balance, spending points, and the list of what was spent.
struct BalanceRoutes {
    let withdrawals: WithdrawalService
    let repository: any Repository

    var routes: [Route] {
        [
            Route(.get, "/api/user/balance", .balance, for: .signedIn, reuse: .perUser, balance),
            Route(
                .post, "/api/user/balance/withdraw", .withdraw, for: .signedIn, bodyBytesMax: BodyLimit.withdrawalBytes,
                withdraw),
            Route(.get, "/api/user/withdrawals", .listWithdrawals, for: .signedIn, reuse: .perUser, list),
            Route(
                .get, "/api/user/balance/withdrawals", .listWithdrawalsAtOlderPath, for: .signedIn, reuse: .perUser,
                list),
        ]
    }

    private func balance(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        if let balance = call.caller.knownBalance { return .now(Self.response(balance)) }
        return try repository.balance(of: call.user).map { balance in Self.response(balance) }
    }

    private static func response(_ balance: Balance) -> Response {
        var writer = JSONWriter(reserving: 64)
        writer.balance(balance)
        return .private(contentType: "application/json", .bytes(writer.bytes))
    }

    private func withdraw(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let object = try RequestObject(call.body)
        let order = try object.string("order")
        let sum = try object.points("sum")
        let number = try WithdrawalService.number(parsing: order.utf8)
        let user = call.user
        return .later { () async throws(LoyaltyError) in
            try await withdrawals.withdraw(sum, for: number, by: user)
            return Response(.ok)
        }
    }

    private func list(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let format = ListFormat<Withdrawal>.json { withdrawal, writer in
            writer.object { writer in
                writer.name(.order)
                writer.plain(withdrawal.order.digits)
                writer.name(.sum)
                writer.number(hundredths: withdrawal.sum.hundredths)
                writer.name(.processedAt)
                writer.time(withdrawal.processedAt)
            }
        }
        let user = call.user
        return try .list(format, for: call) { cursor, limit throws(LoyaltyError) in
            try repository.withdrawals(of: user, from: cursor, limit: limit)
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
