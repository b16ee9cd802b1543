import HTTP
import Loyalty
import Testing

@testable import API

/// What a refusal looks like; that every one has the shape of RFC 9457 is checked of each answer (`Answer.faults`).
@Suite struct ProblemTests {
    static func document(_ status: Int, _ title: String, _ detail: String) -> String {
        #"{"type":"about:blank","title":"\#(title)","status":\#(status),"detail":"\#(detail)"}"#
    }

    static let problem = ["Content-Type: application/problem+json"]

    static let documents: [Scenario] = [
        Scenario(
            "GET /nowhere", gives: 404, has: problem,
            text: document(404, "Not Found", "There is nothing at this path.")),
        Scenario(
            "PUT /api/user/login", gives: 405, has: problem + ["Allow: POST, OPTIONS"],
            text: document(405, "Method Not Allowed", "The path has other methods: POST, OPTIONS.")),
        Scenario(
            "POST /api/user/login", ["Origin: null"], gives: 403, has: problem,
            text: document(403, "Forbidden", "The request comes from another site.")),
        Scenario(
            "GET /api/user/balance", gives: 401, has: problem + ["WWW-Authenticate: Bearer"],
            text: document(401, "Unauthorized", "Sign in first.")),
        Scenario(
            "POST /api/user/login", ["Content-Encoding: br"], gives: 415, has: problem + ["Accept-Encoding: gzip"],
            text: document(415, "Unsupported Media Type", "The content coding is unknown.")),
        Scenario(
            "POST /api/user/login", body: "{", gives: 400, has: problem,
            text: document(400, "Bad Request", "The body is not JSON: a name was expected, at byte 1.")),
        Scenario(
            "POST /api/user/login", body: #"{"login":1}"#, gives: 400, has: problem,
            text: document(400, "Bad Request", #"\"login\" is not a string."#)),
    ]

    @Test(arguments: documents)
    func wording(_ scenario: Scenario) async { await scenario.run() }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let error: LoyaltyError
        let status: Int
        let title: String
        let detail: String
        let fields: [String]
        var testDescription: String { "\(error) gives \(status)" }

        init(_ error: LoyaltyError, _ status: Int, _ title: String, _ detail: String, has fields: [String] = []) {
            (self.error, self.status, self.title, self.detail, self.fields) = (error, status, title, detail, fields)
        }
    }

    static let busy = "The server is busy; nothing happened."
    static let unable = "The server can't do this now; nothing happened."

    static let refusals: [Refusal] = [
        Refusal(.malformed("So it is."), 400, "Bad Request", "So it is."),
        Refusal(.loginTaken, 409, "Conflict", "The login is taken."),
        Refusal(
            .wrongCredentials, 401, "Unauthorized", "The login or the password is wrong.",
            has: ["WWW-Authenticate: Bearer"]),
        Refusal(.orderNumberMissing, 400, "Bad Request", "The body has no order number."),
        Refusal(.orderNumberInvalid(.empty), 422, "Unprocessable Content", "The order number is empty."),
        Refusal(
            .orderNumberInvalid(.notDigits), 422, "Unprocessable Content",
            "The order number has something other than digits."),
        Refusal(
            .orderNumberInvalid(.tooLong), 422, "Unprocessable Content",
            "The order number has more than 1024 digits."),
        Refusal(
            .orderNumberInvalid(.checkDigit), 422, "Unprocessable Content",
            "The order number does not pass the Luhn check."),
        Refusal(.orderUploadedByAnother, 409, "Conflict", "Another user uploaded this order."),
        Refusal(.sumInvalid("So it is."), 422, "Unprocessable Content", "So it is."),
        Refusal(.notEnoughPoints, 402, "Payment Required", "There are not enough points on the account."),
        Refusal(
            .withdrawalConflict, 409, "Conflict", "The order was paid for by another user or with another sum."),
        Refusal(.overloaded(retryAfterSeconds: 2), 503, "Service Unavailable", busy, has: ["Retry-After: 2"]),
        Refusal(.unavailable(retryAfterSeconds: 30), 503, "Service Unavailable", unable, has: ["Retry-After: 30"]),
        Refusal(.failed, 500, "Internal Server Error", "The server failed; its log says more."),
    ]

    @Test(arguments: refusals)
    func refusalIsWrittenOut(_ refusal: Refusal) {
        let answer = Answer(Problem(refusal.error).response, omitsBody: false)
        #expect(answer.status == refusal.status)
        #expect(answer.text == Self.document(refusal.status, refusal.title, refusal.detail))
        #expect(answer.faults.isEmpty, "\(answer.faults)")
        for field in Self.problem + refusal.fields { #expect(answer.fields.contains(field)) }
    }

    /// A request that every route takes.
    static let valid: [Scenario] = [
        Scenario("POST /api/user/register", body: #"{"login":"dave","password":"p"}"#, gives: 200),
        Scenario("POST /api/user/login", body: #"{"login":"ann","password":"secret"}"#, gives: 200),
        Scenario("POST /api/user/orders", as: "ann", body: "00", gives: 202),
        Scenario("GET /api/user/orders", as: "ann", gives: 200),
        Scenario("GET /api/user/balance", as: "ann", gives: 200),
        Scenario("POST /api/user/balance/withdraw", as: "ann", body: #"{"order":"18","sum":1}"#, gives: 200),
        Scenario("GET /api/user/withdrawals", as: "ann", gives: 200),
    ]

    private static func refused(_ scenario: Scenario, _ status: Int, has present: [String] = []) -> Scenario {
        Scenario(
            scenario.line, as: scenario.user, body: scenario.body, gives: status, has: problem + present,
            lacks: ["Set-Cookie", "Authorization"], at: scenario.location)
    }

    /// A repository that can't or has failed is told so on every route, and never as a wrong session.
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

    /// What is decided before the repository is asked does not wait for it.
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

    /// Whatever the front refuses has the same shape.
    @Test(arguments: Status.allCases.filter { $0.rawValue >= 400 && $0 != .unauthorized && $0 != .methodNotAllowed })
    func requestThatCannotBeReadIsAProblem(status: Status) async throws {
        let answer = TestAPI().answer(to: RequestError(status, "So it is."))
        #expect(answer.status == status.rawValue)
        #expect(answer.text == Self.document(status.rawValue, status.phrase, "So it is."))
        #expect(answer["Retry-After"] == (status == .serviceUnavailable ? "1" : nil))
    }
}
