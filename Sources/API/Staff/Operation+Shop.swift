import HTTP
import Loyalty
import OpenAPI
import Web

/// Parts that descriptions of the staff API share.
extension Operation {
    static let customerID = Parameter("id", in: .path, "The id of the customer.", .id)
    static let numberInPath = Parameter(
        "number", in: .path, "The number of an order.", .text(bytesMax: 1024), example: "12345678903")
    static let staffNameInPath = Parameter(
        "name", in: .path, "The name, percent-encoded.", .text(bytesMax: StaffName.bytesMax * 3), example: "boris")

    /// A body of a JSON object with one example.
    static func object(_ properties: [Schema.Property], example: String) -> MediaType {
        MediaType("application/json", Schema(.object(properties, isClosed: false)), examples: ["example": example])
    }

    static func goods(_ others: [Schema.Property] = [], example: String) -> MediaType {
        object(
            others + [Schema.Property("goods", Schema(.array(of: .shopGood), "", [.minItems(1)]), "1 to 2,000.")],
            example: example)
    }

    static let reason = object(
        [Schema.Property("reason", .text(bytesMax: LedgerNote.reasonBytesMax))], example: #"{"reason":"wrong order"}"#)

    /// An operation whose repetition with the same `Idempotency-Key` gets the first response.
    ///
    /// - Parameter hasSecret: true if the response has a secret.
    func idempotent(hasSecret: Bool = false) -> Operation {
        let lengths = IdempotencyKey.lengths(protectsSecret: hasSecret)
        let key = Parameter(
            "Idempotency-Key", in: .header,
            "A new random text for each request of the user, \(lengths.lowerBound) to \(lengths.upperBound) visible characters of ASCII. If the request succeeds, the same key and body of the same account get the same response for 24 hours, and another body gets 422. A refused request changed nothing, and is decided anew.",
            Schema(.string, "", [.pattern("^[!-~]{\(lengths.lowerBound),\(lengths.upperBound)}$")]))
        return adding(
            [
                .problem(
                    Problem(.idempotencyKeyReused, "The Idempotency-Key was used for another request."),
                    "The key was used for another request.")
            ], parameters: [key])
    }

    /// A list in pages.
    static func page(
        id: String, tag: String, summary: String, description: String = "", of item: Schema, example: String,
        parameters: [Parameter] = [], others: [Response] = []
    ) -> Operation {
        Operation(
            id: id, tag: tag, summary: summary, description: description, parameters: parameters + [limit, cursor],
            responses: [
                Response(
                    .ok, "A page, which may be empty.", headers: [link],
                    content: [
                        MediaType("application/json", Schema(.array(of: item)), examples: ["page": "[\(example)]"])
                    ])
            ] + others)
    }

    private static let limit = Parameter(
        "limit", in: .query, "The most entries of a page; 50 without it.",
        Schema(.integer, "", [.minimum("1"), .maximum("\(ListQuery.limitMax)")], example: "100"))

    private static let cursor = Parameter(
        "cursor", in: .query, "The start of the page. Take it from `Link`; it needs `limit`.",
        Schema(.string, "", [.pattern("^[0-9a-z]+\\.[0-9a-z]+$")]))

    private static let link = Header(
        "Link", "The next page, if there is one (RFC 8288).",
        Schema(.string, "", [.pattern("^<[^>]+>; rel=\"next\"$")]), isRequired: false)

    enum Example {
        static let customer =
            #"{"id":1,"login":"anna","state":"active","current":500.5,"withdrawn":42,"created_at":"2026-11-23T08:17:12Z"}"#
        static let name = #"{"id":1,"login":"anna"}"#
        static let staff =
            #"{"name":"boris","kind":"person","role":"cashier","state":"active","created_at":"2026-11-23T08:17:12Z","last_used_at":null}"#
        static let rule = #"{"match":"Bork","reward":10,"reward_type":"%"}"#
        static let good = #"{"description":"Kettle Bork","price":7000}"#
        static let rewardedGood = #"{"description":"Kettle Bork","price":7000,"points":700,"rule":"Bork"}"#
        static let backup = #"{"name":"martlet-20261128T030000Z.db","at":"2026-11-28T03:00:00Z","bytes":1048576}"#
    }
}

extension Operation.Response {
    static func json(_ status: Status = .ok, _ description: String, _ schema: Schema, example: String) -> Self {
        Self(
            status, description,
            content: [Operation.MediaType("application/json", schema, examples: ["example": example])])
    }

    static func customer(_ description: String) -> Self {
        json(.ok, description, .customer, example: Operation.Example.customer)
    }

    static let noCustomer = problem(.noCustomer, "There is no such customer, or it was deleted.")
    static let invalidNumber = problem(
        LoyaltyError.orderNumberInvalid(.checkDigit), "The number is not an order number.")
    static let invalidValue = problem(
        LoyaltyError.sumInvalid("The sum is not above zero."),
        "The number is not an order number, the points are not an amount, or the `Idempotency-Key` was used for another request."
    )
    static let accrualOff = problem(.accrualOff, "Another accrual system is asked.")

    static func refusal(_ refusal: ShopRefusal, of change: ShopChange, _ description: String) -> Self {
        problem(Problem(refusal, of: change), description)
    }
}
