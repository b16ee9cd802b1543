import JSON
import Loyalty

/// What an answer of the accrual system means, decided from nothing but the answer.
package enum AccrualAnswer: Equatable, Sendable {
    /// 204: it does not know the order yet.
    case unknown
    /// It knows the order and is not done.
    case pending
    case invalid
    case processed(Points)
    /// It asks for a pause: for how long, or `nil` if it does not say. `requestsPerMinuteMax` is what its body allows from then on,
    /// if it says so.
    case throttled(seconds: Int?, requestsPerMinuteMax: Int?)
    /// Not an answer to go by, with a reason for the log that quotes nothing of it.
    case untrustworthy(String)

    /// A pause longer than this is taken for a mistake.
    package static let pauseSecondsMax = 3600
    /// A shorter pause, which an answer may ask for, would make a busy loop of its refusals.
    package static let pauseSecondsMin = 1
    /// A longer body is not read to its end.
    package static let bodyBytesMax = 64 * 1024
    /// More points for one order, ten billion, are taken for a mistake.
    package static let accrualMax = Points(hundredths: 1_000_000_000_000)
    /// The body of a refusal is a sentence; a longer one is not read.
    private static let sentenceBytesMax = 1024

    package init(_ answer: TransportAnswer, to order: OrderNumber) {
        let pause = answer.retryAfterSeconds.map { min(max($0, Self.pauseSecondsMin), Self.pauseSecondsMax) }
        switch answer.status {
        case 200: self = Self.known(answer.body, order)
        case 204: self = .unknown
        case 429: self = .throttled(seconds: pause, requestsPerMinuteMax: Self.requestsPerMinute(answer.body))
        // A server that is down for a while says for how long (RFC 9110, section 10.2.3).
        case 503 where pause != nil: self = .throttled(seconds: pause, requestsPerMinuteMax: nil)
        case 300..<400: self = .untrustworthy("status \(answer.status), a redirect, which is not followed")
        default: self = .untrustworthy("status \(answer.status)")
        }
    }

    private static func known(_ body: [UInt8], _ order: OrderNumber) -> AccrualAnswer {
        guard body.count <= bodyBytesMax else { return .untrustworthy("an answer of over \(bodyBytesMax) bytes") }
        // A byte order mark may be ignored (RFC 8259, section 8.1).
        let text = body.starts(with: [0xEF, 0xBB, 0xBF]) ? body.dropFirst(3) : body[...]
        guard let object = try? JSONParser.parse(text).object else {
            return .untrustworthy("an answer that is no JSON object")
        }
        guard isAbout(order, object["order"]) else { return .untrustworthy("an answer about another order") }
        switch object["status"]?.string?.uppercased() {
        case "REGISTERED", "PROCESSING": return .pending
        case "INVALID": return .invalid
        case "PROCESSED": return processed(object["accrual"])
        default: return .untrustworthy("an answer of unknown status")
        }
    }

    /// The number as a string, or as a number that is written with the same digits.
    private static func isAbout(_ order: OrderNumber, _ value: JSONValue?) -> Bool {
        (value?.string ?? value?.number?.literal) == order.digits
    }

    /// No accrual is none; one with more than two decimals is rounded half up. A string that contains a number counts as that.
    private static func processed(_ accrual: JSONValue?) -> AccrualAnswer {
        guard let accrual, accrual != .null else { return .processed(.zero) }
        let quoted = accrual.string.flatMap { try? JSONParser.parse($0.utf8).number }
        guard let number = accrual.number ?? quoted, let hundredths = try? number.scaledRoundingHalfUp(places: 2),
            !number.isBelowZero, Points(hundredths: hundredths) <= accrualMax
        else { return .untrustworthy("an accrual that can't be") }
        return .processed(Points(hundredths: hundredths))
    }

    /// `No more than N requests per minute allowed`, in capitals or not, alone or inside of something else.
    private static func requestsPerMinute(_ body: [UInt8]) -> Int? {
        guard body.count <= sentenceBytesMax else { return nil }
        let text = String(decoding: body, as: UTF8.self).lowercased()
        let words = text.split { !($0.isLetter || $0.isNumber || $0 == "-" || $0 == "." || $0 == ",") }
        for index in words.indices.dropLast(2) where words[index + 1] == "requests" || words[index + 1] == "request" {
            let rest = words[(index + 2)...].drop { $0 == "per" || $0 == "a" }
            if let unit = rest.first, unit.hasPrefix("minute"), let count = Int(words[index]), count > 0 {
                return count
            }
        }
        return nil
    }
}
