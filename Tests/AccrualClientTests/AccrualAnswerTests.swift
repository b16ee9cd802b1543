import AccrualClient
import Loyalty
import Testing

@Suite struct AccrualAnswerTests {
    static let order = OrderNumber(stored: "18")

    @Test func knownAnswersMeanWhatTheySay() {
        let cases: [(body: String, meaning: AccrualAnswer)] = [
            (#"{"order":"18","status":"REGISTERED"}"#, .pending),
            (#"{"order":"18","status":"PROCESSING"}"#, .pending),
            (#"{"order":"18","status":"INVALID"}"#, .invalid),
            (#"{"order":"18","status":"INVALID","accrual":5}"#, .invalid),
            (#"{"order":"18","status":"PROCESSED"}"#, .processed(.zero)),
            (#"{"order":"18","status":"PROCESSED","accrual":null}"#, .processed(.zero)),
            (#"{"order":"18","status":"PROCESSED","accrual":0}"#, .processed(.zero)),
            (#"{"order":"18","status":"PROCESSED","accrual":-0}"#, .processed(.zero)),
            (#"{"order":"18","status":"PROCESSED","accrual":500}"#, .processed(Points(hundredths: 50_000))),
            (#"{"order":"18","status":"PROCESSED","accrual":729.98}"#, .processed(Points(hundredths: 72_998))),
            (#"{"order":"18","status":"PROCESSED","accrual":729.984}"#, .processed(Points(hundredths: 72_998))),
            (#"{"order":"18","status":"PROCESSED","accrual":729.985}"#, .processed(Points(hundredths: 72_999))),
            (#"{"order":"18","status":"PROCESSED","accrual":0.004999}"#, .processed(.zero)),
            (#"{"order":"18","status":"PROCESSED","accrual":5e1}"#, .processed(Points(hundredths: 5_000))),
            (#"{"order":"18","status":"PROCESSED","accrual":1e10}"#, .processed(Order.accrualMax)),
            (#"{"order":18,"status":"processed","accrual":"100.33"}"#, .processed(Points(hundredths: 10_033))),
            (#"{"order":"18","status":"Processed","accrual":"5"}"#, .processed(Points(hundredths: 500))),
            (#"{"order":"18","status":"PROCESSED","accrual":" 1e2 "}"#, .processed(Points(hundredths: 10_000))),
            (#"{"order":18,"status":"registered"}"#, .pending),
            ("\u{FEFF}{\"order\":\"18\",\"status\":\"INVALID\"}\r\n \n", .invalid),
            (
                #" { "more" : [1], "status":"PROCESSED", "accrual":1, "order":"18" } "#,
                .processed(Points(hundredths: 100))
            ),
        ]
        for (body, meaning) in cases {
            #expect(answer(200, body) == meaning, "\(body)")
        }
    }

    @Test func answersThatCannotBeReliedOnCreditNothing() {
        let bodies = [
            "", "null", "[]", "{}", "not json", #"{"order":"18","status":"PROCESSED","accrual":5"#,
            #"{"order":"26","status":"PROCESSED","accrual":5}"#, #"{"order":18.0,"status":"PROCESSED","accrual":5}"#,
            #"{"order":1.8e1,"status":"PROCESSED","accrual":5}"#, #"{"order":"18 ","status":"PROCESSED","accrual":5}"#,
            #"{"order":"018","status":"PROCESSED","accrual":5}"#, #"{"status":"PROCESSED","accrual":5}"#,
            #"{"order":"18"}"#, #"{"order":"18","status":"DONE"}"#,
            #"{"order":"18","status":" PROCESSED","accrual":1}"#,
            #"{"order":"18","status":1}"#, #"{"order":"18","status":"PROCESSED","accrual":"5 points"}"#,
            #"{"order":"18","status":"PROCESSED","accrual":""}"#,
            #"{"order":"18","status":"PROCESSED","accrual":"-5"}"#,
            #"{"order":"18","status":"PROCESSED","accrual":"100,33"}"#,
            #"{"order":"18","status":"PROCESSED","accrual":"null"}"#,
            #"{"order":"18","status":"PROCESSED","accrual":["5"]}"#,
            #"{"order":"18","status":"PROCESSED","accrual":-1}"#,
            #"{"order":"18","status":"PROCESSED","accrual":-0.001}"#,
            #"{"order":"18","status":"PROCESSED","accrual":1e400}"#,
            #"{"order":"18","status":"PROCESSED","accrual":10000000000.01}"#,
            #"{"order":"18","status":"PROCESSED","accrual":NaN}"#,
            #"{"order":"18","status":"PROCESSED","accrual":true}"#,
            #"{"order":"18","order":"18","status":"PROCESSED","accrual":1}"#,
            #"{"order":"18","status":"PROCESSED","accrual":1,"x":"\#(String(repeating: "x", count: 70_000))"}"#,
        ]
        for body in bodies {
            guard case .untrustworthy(let reason) = answer(200, body) else {
                Issue.record("trusted \(body.prefix(80))")
                continue
            }
            #expect(!reason.isEmpty)
        }
        for status in [100, 201, 206, 400, 404, 418, 500, 502, 503, 599] {
            #expect(answer(status, "") == .untrustworthy("status \(status)"))
        }
        for status in [301, 302, 307, 308] {
            #expect(answer(status, "") == .untrustworthy("status \(status), a redirect, which is not followed"))
        }
    }

    @Test func aRefusalNamesPauseAndPace() {
        let cases: [(seconds: Int?, body: String, pause: Int?, pace: Int?)] = [
            (60, "No more than 100 requests per minute allowed", 60, 100),
            (nil, "", nil, nil), (1, "slow down", 1, nil), (86_400, "", 3600, nil), (0, "", 1, nil),
            (-5, "", 1, nil),
            (1, "No more than 0 requests per minute allowed", 1, nil),
            (1, "No more than -4 requests per minute allowed", 1, nil),
            (1, "No more than 99999999999999999999 requests per minute allowed", 1, nil),
            (1, "No more than 7 requests per minute allowed\n", 1, 7), (1, "7 requests per", 1, nil),
            (nil, "NO MORE THAN 7 REQUESTS PER MINUTE ALLOWED", nil, 7), (1, "At most 7 requests/minute.", 1, 7),
            (1, #"{"error":"No more than 7 requests per minute allowed"}"#, 1, 7), (1, "1 request a minute", 1, 1),
            (1, "No more than 7 requests per second allowed", 1, nil), (1, "7 requests", 1, nil),
            (1, "No more than 7.5 requests per minute allowed", 1, nil), (.max, "", 3600, nil), (.min, "", 1, nil),
        ]
        for (seconds, body, pause, pace) in cases {
            let answer = AccrualAnswer(
                TransportResponse(status: 429, retryAfterSeconds: seconds, body: Array(body.utf8)), to: Self.order)
            #expect(answer == .throttled(seconds: pause, requestsPerMinuteMax: pace), "\(body)")
        }
        #expect(answer(204, "") == .unknown)
        #expect(answer(204, "no content") == .unknown)
    }

    /// A 503 with `Retry-After` is a pause; its body names no pace.
    @Test func aServiceUnavailableWithRetryAfterIsAPause() {
        let cases: [(seconds: Int?, meaning: AccrualAnswer)] = [
            (30, .throttled(seconds: 30, requestsPerMinuteMax: nil)),
            (0, .throttled(seconds: 1, requestsPerMinuteMax: nil)),
            (86_400, .throttled(seconds: 3600, requestsPerMinuteMax: nil)), (nil, .untrustworthy("status 503")),
        ]
        for (seconds, meaning) in cases {
            let body = Array("No more than 7 requests per minute allowed".utf8)
            let answer = TransportResponse(status: 503, retryAfterSeconds: seconds, body: body)
            #expect(AccrualAnswer(answer, to: Self.order) == meaning)
        }
    }

    private func answer(_ status: Int, _ body: String) -> AccrualAnswer {
        AccrualAnswer(TransportResponse(status: status, body: Array(body.utf8)), to: Self.order)
    }
}
