import Eventual
import HTTP
import JSON
import Loyalty
import Storage
import Web

/// Every change of a user's balance, as JSON or as a table.
struct LedgerRoutes {
    let repository: any Repository

    var routes: [Route] {
        [Route(.get, "/api/user/ledger", .ledger, for: .signedIn, reuse: .perUser, ledger)]
    }

    private func ledger(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let user = call.user
        let format = Preferences.prefersCSV(call.request.headers) ? Self.csv() : Self.json()
        let response = try Eventual.list(format, for: call) { cursor, limit throws(LoyaltyError) in
            try repository.ledger(of: user, from: cursor, limit: limit)
        }
        return try response.map { response in
            var response = response
            response.vary(by: "Accept")
            return response
        }
    }

    private static func json() -> ListFormat<LedgerEntry> {
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
                writer.time(entry.at)
            }
        }
    }

    /// RFC 4180. No value has a character that needs quotes.
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
