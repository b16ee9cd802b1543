import HTTP
import Loyalty
import TestSupport
import Testing
import Web

@testable import API

/// The text of refusals. `ClientResponse.faults` checks that each has the form of RFC 9457.
@Suite struct ProblemTests {
    /// The document of the first request to an API.
    static func document(_ status: Int, _ type: String, _ title: String, _ detail: String) -> String {
        #"{"type":"/docs#problem-\#(type)","title":"\#(title)","status":\#(status),"detail":"\#(detail)","#
            + #""request_id":"0000000000005eed-1"}"#
    }

    static let problem = ["Content-Type: application/problem+json"]

    static let documents: [Scenario] = [
        Scenario(
            "GET /nowhere", gives: 404, has: problem,
            text: document(404, "unknown-path", "Unknown path", "There is nothing at this path.")),
        Scenario(
            "PUT /api/user/login", gives: 405, has: problem + ["Allow: POST, OPTIONS"],
            text: document(
                405, "method-not-allowed", "Method not allowed", "The path has other methods: POST, OPTIONS.")),
        Scenario(
            "POST /api/user/login", ["Origin: null"], gives: 403, has: problem,
            text: document(
                403, "cross-site", "From another site",
                "The browser says that this comes from another site: the Origin is null, the Host is shop.example. "
                    + "If both are yours, have the proxy in front pass on the Host, or add the origin to "
                    + "http.allowed_origins.")),
        Scenario(
            "GET /api/user/balance", gives: 401, has: problem + ["WWW-Authenticate: Bearer"],
            text: document(401, "sign-in-required", "Sign in first", "Sign in first.")),
        Scenario(
            "POST /api/user/login", ["Content-Encoding: br"], gives: 415, has: problem + ["Accept-Encoding: gzip"],
            text: document(415, "unknown-content-coding", "Unknown content coding", "The content coding is unknown.")),
        Scenario(
            "POST /api/user/login", body: "{", gives: 400, has: problem,
            text: document(
                400, "invalid-content", "The content is not what is expected",
                "The body is not JSON: a name was expected, at byte 1.")),
        Scenario(
            "POST /api/user/login", body: #"{"login":1}"#, gives: 400, has: problem,
            text: document(
                400, "invalid-content", "The content is not what is expected", #"\"login\" is not a string."#)),
    ]

    @Test(arguments: documents)
    func wording(_ scenario: Scenario) async { await scenario.run() }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let error: LoyaltyError
        let status: Int
        let type: String
        let detail: String
        let fields: [String]
        var testDescription: String { "\(error) gives \(status)" }

        init(_ error: LoyaltyError, _ status: Int, _ type: String, _ detail: String, has fields: [String] = []) {
            (self.error, self.status, self.type, self.detail, self.fields) = (error, status, type, detail, fields)
        }
    }

    static let busy = "The server is busy; nothing happened."
    static let unable = "The server can't do this now; nothing happened."

    static let refusals: [Refusal] = [
        Refusal(.malformed("So it is."), 400, "invalid-content", "So it is."),
        Refusal(.loginTaken, 409, "login-taken", "The login is taken."),
        Refusal(
            .wrongCredentials, 401, "wrong-credentials", "The login or the password is wrong.",
            has: ["WWW-Authenticate: Bearer"]),
        Refusal(.wrongCurrentPassword, 403, "wrong-current-password", "The current password is wrong."),
        Refusal(
            .tooManyFailures(retryAfterSeconds: 2), 429, "too-many-failures",
            "Too many sign-ins have failed; wait before the next one.", has: ["Retry-After: 2"]),
        Refusal(
            .tooManyRegistrations(retryAfterSeconds: 9), 429, "too-many-registrations",
            "Too many users were registered from this address; wait before the next one.", has: ["Retry-After: 9"]),
        Refusal(
            .registrationClosed, 403, "registration-closed",
            "Registration is closed; the shop adds customers itself."),
        Refusal(.orderNumberMissing, 400, "order-number-missing", "The body has no order number."),
        Refusal(.orderNumberInvalid(.empty), 422, "invalid-order-number", "The order number is empty."),
        Refusal(
            .orderNumberInvalid(.notDigits), 422, "invalid-order-number",
            "The order number has something other than digits."),
        Refusal(
            .orderNumberInvalid(.tooLong), 422, "invalid-order-number",
            "The order number has more than 1024 digits."),
        Refusal(
            .orderNumberInvalid(.checkDigit), 422, "invalid-order-number",
            "The order number does not pass the Luhn check: its last digit has to follow from the digits before it. Look for a "
                + "mistyped digit. A shop makes an order number of its own number 100100 with `martlet order number 100100`: 1001007."
        ),
        Refusal(.orderUploadedByAnother, 409, "order-uploaded-by-another", "Another user uploaded this order."),
        Refusal(
            .tooManyUnfinishedOrders(retryAfterSeconds: 60), 429, "too-many-unfinished-orders",
            "Too many of your orders wait for their points; upload more once some have theirs.",
            has: ["Retry-After: 60"]),
        Refusal(.orderUnknown, 404, "order-unknown", "You have uploaded no order with this number."),
        Refusal(.sumInvalid("So it is."), 422, "invalid-sum", "So it is."),
        Refusal(.notEnoughPoints, 402, "not-enough-points", "There are not enough points on the account."),
        Refusal(
            .withdrawalConflict, 409, "withdrawal-conflict",
            "The order was paid for by another user or with another sum, or its withdrawal was refunded."),
        Refusal(.overloaded(retryAfterSeconds: 2), 503, "busy", busy, has: ["Retry-After: 2"]),
        Refusal(.unavailable(retryAfterSeconds: 30), 503, "unavailable", unable, has: ["Retry-After: 30"]),
        Refusal(.failed, 500, "failed", "The server failed; its log has the reason."),
        Refusal(.inDoubt, 500, "failed", "The server failed; its log has the reason."),
    ]

    @Test(arguments: refusals)
    func refusalIsWrittenOut(_ refusal: Refusal) {
        let fields = ResponseFields(requestID: RequestIDs(prefix: 0x5EED).id(of: RequestError(.badRequest, "")))
        let response = ClientResponse(fields.added(to: Problem(refusal.error).response), omitsBody: false)
        #expect(response.status == refusal.status)
        let title = ProblemType.all.first { $0.name == refusal.type }?.title ?? ""
        #expect(response.text == Self.document(refusal.status, refusal.type, title, refusal.detail))
        #expect(response.faults.isEmpty, "\(response.faults)")
        for field in Self.problem + refusal.fields { #expect(response.fields.contains(field)) }
    }

    /// Clients may depend on the types, and `/docs` has them as anchors.
    @Test(arguments: ProblemType.all)
    func typesReadWell(type: ProblemType) {
        #expect(type.name.wholeMatch(of: /[a-z]+(-[a-z]+)*/) != nil)
        #expect(type.status.rawValue >= 400)
        #expect(!type.title.isEmpty && !type.title.hasSuffix("."))
        #expect(type.explanation.hasSuffix("."))
        #expect(ProblemType.all.filter { $0.title == type.title } == [type])
    }

    /// For each route, a request that it takes.
    static let valid: [Scenario] = [
        Scenario("POST /api/user/register", body: #"{"login":"dave","password":"p"}"#, gives: 200),
        Scenario("POST /api/user/login", body: #"{"login":"ann","password":"secret"}"#, gives: 200),
        Scenario("POST /api/user/orders", as: "ann", body: "00", gives: 202),
        Scenario("GET /api/user/orders", as: "ann", gives: 200),
        Scenario("GET /api/user/orders/042", as: "ann", gives: 200),
        Scenario("GET /api/user/balance", as: "ann", gives: 200),
        Scenario("POST /api/user/balance/withdraw", as: "ann", body: #"{"order":"18","sum":1}"#, gives: 200),
        Scenario("GET /api/user/withdrawals", as: "ann", gives: 200),
    ]

    private static func refused(_ scenario: Scenario, _ status: Int, has present: [String] = []) -> Scenario {
        Scenario(
            scenario.line, as: scenario.user, body: scenario.body, gives: status, has: problem + present,
            lacks: ["Set-Cookie", "Authorization"], at: scenario.location)
    }

    /// A repository that fails leads to a 503 or 500 on every route, and never to a 401.
    @Test(arguments: valid)
    func repositoryThatFailsIsToldOnEveryRoute(_ scenario: Scenario) async {
        let api = TestAPI()
        api.repository.failure = .unavailable(retryAfterSeconds: 7)
        await Self.refused(scenario, 503, has: ["Retry-After: 7"]).run(on: api)
        api.repository.failure = .overloaded(retryAfterSeconds: 3)
        await Self.refused(scenario, 503, has: ["Retry-After: 3"]).run(on: api)
        api.repository.failure = .failed
        await Self.refused(scenario, 500).run(on: api)
        // Nothing happened, and the client may ask again.
        api.repository.failure = nil
        await scenario.run(on: api)
    }

    @Test(arguments: valid.prefix(2))
    func hasherWithoutRoomIsTold(_ scenario: Scenario) async {
        let api = TestAPI(hasherFailure: .overloaded(retryAfterSeconds: 5))
        await Self.refused(scenario, 503, has: ["Retry-After: 5"]).run(on: api)
    }

    /// Checks that precede the repository do not depend on it.
    @Test(arguments: [
        Scenario("GET /nowhere", as: "ann", gives: 404),
        Scenario("DELETE /api/user/orders", as: "ann", gives: 405),
        Scenario("OPTIONS /api/user/orders", as: "ann", gives: 204),
        Scenario("POST /api/user/orders", ["Origin: null"], gives: 403),
        Scenario("POST /api/user/orders", body: "00", gives: 401),
        Scenario("GET /api/user/balance", gives: 401),
        Scenario("POST /api/user/login", body: "{", gives: 400),
        Scenario("POST /api/user/register", body: #"{"login":"","password":"p"}"#, gives: 400),
    ])
    func refusalsNeedNoRepository(_ scenario: Scenario) async {
        let api = TestAPI()
        api.repository.failure = .failed
        await scenario.run(on: api)
    }

    /// Every refusal of the front has the same form.
    @Test(
        arguments: [
            (.badRequest, .unreadableRequest), (.requestTimeout, .requestTimeout), (.contentTooLarge, .contentTooLarge),
            (.uriTooLong, .uriTooLong), (.expectationFailed, .unknownExpectation),
            (.requestHeaderFieldsTooLarge, .headTooLarge), (.notImplemented, .notImplemented),
            (.serviceUnavailable, .busy), (.httpVersionNotSupported, .unknownHTTPVersion),
        ] as [(Status, ProblemType)])
    func requestThatCannotBeReadIsAProblem(status: Status, type: ProblemType) async throws {
        let response = TestAPI().response(to: RequestError(status, "So it is."))
        #expect(response.status == status.rawValue)
        #expect(response.text == Self.document(status.rawValue, type.name, type.title, "So it is."))
        #expect(response.faults.isEmpty, "\(response.faults)")
        #expect(response["Retry-After"] == (status == .serviceUnavailable ? "1" : nil))
    }
}
