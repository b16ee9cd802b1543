import AccrualClient
import Loyalty
import TestSupport

/// An accrual system with moods that change through the day. Its answers and their delays are determined by the seed
/// alone.
final class SimulatedAccrual {
    enum Mood: Equatable {
        case healthy, slow, failing, down, hanging, lying, throttling
    }

    struct Reply {
        let latency: Int64
        let response: Result<TransportResponse, TransportError>
        /// The final verdict of the answer, if it contains a true one.
        var verdict: Settlement.Verdict?
        /// The pause and the pace that the answer asks for, if any.
        var pauseSeconds: Int64?
        var requestsPerMinute: Int?
    }

    /// The course of one order at the accrual system.
    private struct Course {
        var unknownLeft: Int64
        var pendingLeft: Int64
        /// The time until which requests about this order fail, whatever the mood.
        var isOddUntil: Int64
    }

    private var random: SeededRandom
    private let timeout: Int64
    /// The ends of the moods, ascending; after the last, the system is healthy forever.
    private var moods: [(until: Int64, mood: Mood)] = []
    private var moodIndex = 0
    private var courses: [String: Course] = [:]
    private let dayEnd: Int64
    private let requestsPerMinute: Int

    private static let enormousBody = [UInt8](repeating: UInt8(ascii: "7"), count: 5_000_000)
    private static let halfHour: Int64 = 1_800_000

    init(seed: UInt64, timeout: Int64, dayEnd: Int64) {
        random = SeededRandom(seed: seed)
        self.timeout = timeout
        self.dayEnd = dayEnd
        requestsPerMinute = Int(random.pick([20, 60, 61, 300, 1000]))
        var end: Int64 = 0
        while end < dayEnd {
            end += random.within(60_000...4 * Self.halfHour)
            moods.append((min(end, dayEnd), .healthy))
            end += random.within(1_000...Self.halfHour)
            moods.append((min(end, dayEnd), random.pick([.slow, .failing, .down, .hanging, .lying, .throttling])))
        }
    }

    func mood(now: Int64) -> Mood {
        while moodIndex < moods.count, moods[moodIndex].until <= now { moodIndex += 1 }
        return moodIndex < moods.count ? moods[moodIndex].mood : .healthy
    }

    func reply(about order: OrderNumber, now: Int64) -> Reply {
        let digits = order.digits
        if now < course(of: digits, now: now).isOddUntil {
            return random.chance(percent: 50) ? bad(status: 500) : failure(after: timeout, "time-out")
        }
        switch mood(now: now) {
        case .healthy: return honest(digits, now: now, latency: random.within(1...200))
        case .slow: return honest(digits, now: now, latency: random.within(100...timeout - 1))
        case .failing:
            return random.chance(percent: 30)
                ? honest(digits, now: now, latency: random.within(1...200))
                : random.chance(percent: 10) ? outage() : bad(status: random.pick([500, 502, 503, 404, 301]))
        case .down: return failure(after: 1, "refused")
        case .hanging:
            return random.chance(percent: 20)
                ? honest(digits, now: now, latency: random.within(1...timeout - 1))
                : failure(after: timeout, "time-out")
        case .lying:
            return random.chance(percent: 30) ? honest(digits, now: now, latency: random.within(1...500)) : lie(digits)
        case .throttling:
            return random.chance(percent: 80) ? honest(digits, now: now, latency: random.within(1...200)) : throttle()
        }
    }

    /// The true answer about the order. After the final one, each further answer is another final one, which the
    /// contract forbids.
    private func honest(_ digits: String, now: Int64, latency: Int64) -> Reply {
        var course = course(of: digits, now: now)
        defer { courses[digits] = course }
        if course.unknownLeft > 0 {
            course.unknownLeft -= 1
            return Reply(latency: latency, response: .success(TransportResponse(status: 204)))
        }
        if course.pendingLeft > 0 {
            course.pendingLeft -= 1
            return known(digits, random.pick(["REGISTERED", "PROCESSING"]), "", nil, latency)
        }
        if random.chance(percent: 20) { return known(digits, "INVALID", "", .invalid, latency) }
        if random.chance(percent: 10) { return known(digits, "PROCESSED", "", .processed(.zero), latency) }
        let hundredths = random.within(0...100_000)
        let text = "\(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10)"
        // A third decimal is rounded half up.
        let third = random.within(-9...9)
        let rounded = Points(hundredths: hundredths + (third >= 5 ? 1 : 0))
        return known(
            digits, "PROCESSED", #","accrual":\#(text)\#(third < 0 ? "" : "\(third)")"#, .processed(rounded), latency)
    }

    private func course(of digits: String, now: Int64) -> Course {
        if let course = courses[digits] { return course }
        let course = Course(
            unknownLeft: max(0, random.within(-2...2)), pendingLeft: random.within(0...3),
            isOddUntil: random.chance(percent: 2) ? min(dayEnd, now + random.below(Self.halfHour)) : 0)
        courses[digits] = course
        return course
    }

    private func known(
        _ digits: String, _ status: String, _ rest: String, _ verdict: Settlement.Verdict?, _ latency: Int64
    ) -> Reply {
        Reply(
            latency: latency, response: .success(ok(#"{"order":"\#(digits)","status":"\#(status)"\#(rest)}"#)),
            verdict: verdict)
    }

    private func lie(_ digits: String) -> Reply {
        let body: TransportResponse
        switch random.below(9) {
        case 0: body = ok(#"{"order":"\#(digits)0","status":"PROCESSED","accrual":500}"#)
        case 1: body = ok(#"{"order":"\#(digits)","status":"DONE","accrual":500}"#)
        case 2: body = ok(#"{"order":"\#(digits)","status":"PROCESSED","accrual":-1}"#)
        case 3: body = ok(#"{"order":"\#(digits)","status":"PROCESSED","accrual":1e300}"#)
        case 4: body = ok(#"<html>{"order":"\#(digits)","status":"PROCESSED"}"#)
        case 5: body = TransportResponse(status: 200, body: Self.enormousBody)
        case 6: body = TransportResponse(status: 302, body: Array(#"{"order":"\#(digits)","status":"PROCESSED"}"#.utf8))
        case 7: body = ok(#"{"order":"\#(digits)","status":"PROCESSED","accrual":"500 points"}"#)
        default: body = ok("")
        }
        return Reply(latency: random.within(1...timeout - 1), response: .success(body))
    }

    /// A refusal with or without `Retry-After` and a pace; a pause may also be zero, a day or negative.
    private func throttle() -> Reply {
        let retryAfter = random.pick([nil, 0, -5, 1, 5, 60, 60, 300, 86_400] as [Int?])
        let pace = random.chance(percent: 60) ? requestsPerMinute : nil
        let text = pace.map { "No more than \($0) requests per minute allowed\n" } ?? "Too many requests\n"
        let seconds = min(max(retryAfter ?? 1, 1), 3600)
        return Reply(
            latency: random.within(1...1000),
            response: .success(TransportResponse(status: 429, retryAfterSeconds: retryAfter, body: Array(text.utf8))),
            pauseSeconds: Int64(seconds), requestsPerMinute: pace)
    }

    /// A 503 with the length of the outage.
    private func outage() -> Reply {
        let seconds = random.pick([1, 30, 86_400])
        return Reply(
            latency: random.within(1...1000),
            response: .success(TransportResponse(status: 503, retryAfterSeconds: seconds)),
            pauseSeconds: Int64(min(seconds, 3600)))
    }

    private func bad(status: Int) -> Reply {
        Reply(latency: random.within(1...timeout - 1), response: .success(TransportResponse(status: status)))
    }

    private func failure(after latency: Int64, _ reason: String) -> Reply {
        Reply(latency: latency, response: .failure(TransportError(reason: reason)))
    }

    private func ok(_ body: String) -> TransportResponse { TransportResponse(status: 200, body: Array(body.utf8)) }
}
