import Eventual
import HTTP
import JSON
import Loyalty
import Rewards
import Web

/// The public API of the accrual system, and two routes more: the list of rules, and their removal.
struct AccrualRoutes {
    let accruals: RewardService
    /// Limits the requests about orders; `nil` if there is no limit.
    let rate: RequestRate?
    /// The time in milliseconds by which `rate` counts.
    let clock: () -> Int64

    var routes: [Route] {
        [
            Route(.post, "/api/goods", .addRule, for: .everyone, bodyBytesMax: BodyLimit.ruleBytes, addRule),
            Route(.get, "/api/goods", .listRules, for: .everyone, listRules),
            Route(.delete, "/api/goods/{match}", .removeRule, for: .everyone, removeRule),
            Route(
                .post, "/api/orders", .acceptReceipt, for: .everyone, bodyBytesMax: BodyLimit.receiptBytes,
                acceptReceipt),
            Route(.get, "/api/orders/{number}", .receiptStatus, for: .everyone, order),
        ]
    }

    private func addRule(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let rule = try RewardRule(try RequestObject(call.body))
        return .later { () async throws(LoyaltyError) in
            switch try await accruals.add(rule) {
            case .added: Response(.ok)
            case .matchTaken: Problem(.ruleTaken, "There is a rule for this match.").response
            case .full:
                Problem(
                    .tooManyRules,
                    "There are \(RewardRule.countMax) rules, or their matches have \(RewardRule.allMatchesBytesMax) bytes; that is the limit."
                ).response
            }
        }
    }

    private func listRules(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        try accruals.document(Self.write).map { document in
            document.isEmpty
                ? Response(.noContent) : .private(contentType: "application/json", .bytes(document))
        }
    }

    /// The rules as a document; empty if there are none.
    private static func write(_ rules: [RewardRule]) -> [UInt8] {
        guard !rules.isEmpty else { return [] }
        var writer = JSONWriter(reserving: rules.count * 80)
        writer.array { writer in
            for rule in rules {
                writer.object { writer in
                    writer.name("match")
                    writer.string(rule.match)
                    writer.name("reward")
                    writer.literal(rule.reward)
                    writer.name("reward_type")
                    writer.plain(rule.kind.name)
                }
            }
        }
        return writer.bytes
    }

    private func removeRule(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        guard let match = call.request.lastSegment else { throw .malformed("The match in the path is not UTF-8.") }
        return .later { () async throws(LoyaltyError) in
            try await accruals.removeRule(matching: match)
                ? Response(.noContent) : Problem(.ruleUnknown, "There is no rule for this match.").response
        }
    }

    private func acceptReceipt(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let receipt = try Receipt(call.body)
        let points = try accruals.earnings(of: receipt)
        let order = receipt.order
        return .later { () async throws(LoyaltyError) in
            try await accruals.accept(order, earning: try await points.get())
                ? Response(.accepted) : Problem(.receiptAccepted, "The order was accepted before.").response
        }
    }

    /// A text that is not an order number has no receipt.
    private func order(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        if let rate, let seconds = rate.admit(now: clock()) {
            let text = "No more than \(rate.requestsPerMinute) requests per minute allowed"
            var response = Response(.tooManyRequests, contentType: "text/plain", .bytes(Array(text.utf8)))
            response.add("Retry-After", String(seconds))
            return .now(response)
        }
        guard let text = call.request.lastSegment, let number = try? OrderNumber(parsing: text.utf8) else {
            return .now(Response(.noContent))
        }
        let status = try accruals.status(of: number)
        if case .now(let status) = status { return .now(Self.response(number, status)) }
        return try status.map { Self.response(number, $0) }
    }

    private static func response(_ number: OrderNumber, _ status: ReceiptStatus?) -> Response {
        guard let status else { return Response(.noContent) }
        return .private(contentType: "application/json", .bytes(OrderAnswer.body(number, status)))
    }
}

extension Receipt {
    /// `{"order": "…", "goods": [{"description": "…", "price": …}]}`
    fileprivate init(_ body: [UInt8]) throws(LoyaltyError) {
        let object = try RequestObject(body, valuesMax: Self.valuesMax)
        let text = try object.string("order")
        let order: OrderNumber
        do throws(OrderNumber.ParseError) {
            order = try OrderNumber(parsing: text.utf8)
        } catch {
            throw .malformed(Problem.detail(error))
        }
        self.init(order: order, goods: try [Good](object))
    }
}
