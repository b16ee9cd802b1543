import Accrual
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
            (#"{"order":"18","status":"PROCESSED","accrual":1e10}"#, .processed(AccrualAnswer.accrualMax)),
            (
                #" { "more" : [1], "status":"PROCESSED", "accrual":1, "order":"18" } "#,
                .processed(Points(hundredths: 100))
            ),
        ]
        for (body, meaning) in cases {
            #expect(answer(200, body) == meaning, "\(body)")
        }
    }

    @Test func whatCantBeTrustedCreditsNothing() {
        let bodies = [
            "", "null", "[]", "{}", "not json", #"{"order":"18","status":"PROCESSED","accrual":5"#,
            #"{"order":"26","status":"PROCESSED","accrual":5}"#, #"{"order":18,"status":"PROCESSED","accrual":5}"#,
            #"{"order":"018","status":"PROCESSED","accrual":5}"#, #"{"status":"PROCESSED","accrual":5}"#,
            #"{"order":"18"}"#, #"{"order":"18","status":"DONE"}"#, #"{"order":"18","status":"processed","accrual":1}"#,
            #"{"order":"18","status":1}"#, #"{"order":"18","status":"PROCESSED","accrual":"5"}"#,
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
        for status in [100, 201, 206, 301, 302, 307, 400, 404, 418, 500, 502, 503, 599] {
            #expect(answer(status, "") == .untrustworthy("status \(status)"))
        }
    }

    @Test func throttlingSaysHowLongAndHowMuch() {
        let cases: [(seconds: Int?, body: String, pause: Int, pace: Int?)] = [
            (60, "No more than 100 requests per minute allowed", 60, 100),
            (nil, "", 60, nil), (1, "slow down", 1, nil), (86_400, "", 3600, nil), (0, "", 1, nil),
            (-5, "", 1, nil),
            (1, "No more than 0 requests per minute allowed", 1, nil),
            (1, "No more than -4 requests per minute allowed", 1, nil),
            (1, "No more than 99999999999999999999 requests per minute allowed", 1, nil),
            (1, "No more than 7 requests per minute allowed\n", 1, 7), (1, "7 requests per", 1, nil),
        ]
        for (seconds, body, pause, pace) in cases {
            let answer = AccrualAnswer(
                TransportAnswer(status: 429, retryAfterSeconds: seconds, body: Array(body.utf8)), to: Self.order)
            #expect(answer == .throttled(seconds: pause, requestsPerMinuteMax: pace), "\(body)")
        }
        #expect(answer(204, "") == .unknown)
    }

    private func answer(_ status: Int, _ body: String) -> AccrualAnswer {
        AccrualAnswer(TransportAnswer(status: status, body: Array(body.utf8)), to: Self.order)
    }
}
