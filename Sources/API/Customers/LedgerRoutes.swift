import HTTP
import JSON
import Loyalty
import Web

/// Every change of a user's balance: for the user, as JSON or as a table.
struct LedgerRoutes {
    let balances: BalanceService

    var routes: [Route] {
        [Route(method: .get, path: "/api/user/ledger", operation: .ledger, action: .read(ledger))]
    }

    private func ledger(_ user: UserID, _ request: Request) throws(LoyaltyError) -> Response {
        let read: ListFormat<LedgerEntry>.Read = { cursor, limit throws(LoyaltyError) in
            try balances.ledger(of: user, from: cursor, limit: limit)
        }
        var response = try Response.list(
            Preferences.prefersCSV(request.headers) ? Self.csv() : Self.json(), of: user, for: request, read: read)
        response.vary(by: "Accept")
        return response
    }

    private static func json() -> ListFormat<LedgerEntry> {
        var times = TimestampWriter()
        return .json { entry, writer in
            writer.object { writer in
                writer.name(.kind)
                writer.plain(entry.kind.description)
                if let order = entry.order {
                    writer.name(.order)
                    writer.plain(order.digits)
                }
                writer.name(.points)
                writer.number(hundredths: entry.points.hundredths)
                writer.name(.balance)
                writer.number(hundredths: entry.balanceAfter.hundredths)
                writer.name(.processedAt)
                times.write(entry.at, &writer)
            }
        }
    }

    /// RFC 4180; no value has anything to quote.
    private static func csv() -> ListFormat<LedgerEntry> {
        .lines(contentType: "text/csv; charset=utf-8", heading: "kind,order,points,balance,processed_at") { entry in
            "\(entry.kind),\(entry.order?.digits ?? ""),\(entry.points),\(entry.balanceAfter),\(entry.at.rfc3339)"
        }
    }
}

extension JSONName {
    fileprivate static let kind = JSONName("kind")
    fileprivate static let order = JSONName("order")
    fileprivate static let points = JSONName("points")
    fileprivate static let balance = JSONName("balance")
    fileprivate static let processedAt = JSONName("processed_at")
}
