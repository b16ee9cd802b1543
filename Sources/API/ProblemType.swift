import HTTP

/// What kinds of refusals there are. A client decides by the type, which stays what it is; titles and details are for people
/// and may change (RFC 9457, section 3.1).
enum ProblemType: String, CaseIterable, Sendable {
    case unreadableRequest = "unreadable-request"
    case invalidContent = "invalid-content"
    case orderNumberMissing = "order-number-missing"
    case signInRequired = "sign-in-required"
    case wrongCredentials = "wrong-credentials"
    case wrongCurrentPassword = "wrong-current-password"
    case tooManyFailures = "too-many-failures"
    case tooManyRegistrations = "too-many-registrations"
    case tooManyUnfinishedOrders = "too-many-unfinished-orders"
    case tooManyStreams = "too-many-streams"
    case notEnoughPoints = "not-enough-points"
    case crossSite = "cross-site"
    case unknownPath = "unknown-path"
    case orderUnknown = "order-unknown"
    case ruleUnknown = "rule-unknown"
    case methodNotAllowed = "method-not-allowed"
    case requestTimeout = "request-timeout"
    case loginTaken = "login-taken"
    case orderUploadedByAnother = "order-uploaded-by-another"
    case withdrawalConflict = "withdrawal-conflict"
    case ruleTaken = "rule-taken"
    case tooManyRules = "too-many-rules"
    case receiptAccepted = "receipt-accepted"
    case contentTooLarge = "content-too-large"
    case uriTooLong = "uri-too-long"
    case unknownContentCoding = "unknown-content-coding"
    case unknownExpectation = "unknown-expectation"
    case misdirected = "misdirected"
    case invalidOrderNumber = "invalid-order-number"
    case invalidSum = "invalid-sum"
    case headTooLarge = "head-too-large"
    case failed = "failed"
    case notImplemented = "not-implemented"
    case busy = "busy"
    case unavailable = "unavailable"
    case unknownHTTPVersion = "unknown-http-version"

    /// Part of its URI.
    var name: String { rawValue }

    /// Where it is explained: a reference to the server that answered.
    var uri: String { "/docs#problem-\(name)" }

    var status: Status { description.status }

    /// The same for every problem of the type.
    var title: String { description.title }

    /// What it means and what to do about it, for a developer.
    var explanation: String { description.explanation }
}

extension ProblemType {
    /// Of a request that the front could not read.
    init(unreadable status: Status) {
        self =
            switch status {
            case .requestTimeout: .requestTimeout
            case .contentTooLarge: .contentTooLarge
            case .uriTooLong: .uriTooLong
            case .expectationFailed: .unknownExpectation
            case .requestHeaderFieldsTooLarge: .headTooLarge
            case .notImplemented: .notImplemented
            case .serviceUnavailable: .busy
            case .httpVersionNotSupported: .unknownHTTPVersion
            default: .unreadableRequest
            }
    }
}
