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
    /// Nobody asks again for so long; `requestsPerMinuteMax` is what its body allows from then on, where it says so.
    case throttled(seconds: Int, requestsPerMinuteMax: Int?)
    /// Not an answer to go by, with a reason for the log that quotes nothing of it.
    case untrustworthy(String)

    /// A pause longer than this is taken for a mistake.
    package static let pauseSecondsMax = 3600
    /// The pause where an answer asks for one and does not say how long.
    package static let pauseSecondsDefault = 60
    /// A shorter pause, which an answer may ask for, would make a busy loop of its refusals.
    package static let pauseSecondsMin = 1
    /// A longer body is not read to its end.
    package static let bodyBytesMax = 64 * 1024
    /// More points for one order, ten billion, are taken for a mistake.
    package static let accrualMax = Points(hundredths: 1_000_000_000_000)

    package init(_ answer: TransportAnswer, to order: OrderNumber) {
        switch answer.status {
        case 200: self = Self.known(answer.body, order)
        case 204: self = .unknown
        case 429:
            let seconds = answer.retryAfterSeconds ?? Self.pauseSecondsDefault
            self = .throttled(
                seconds: min(max(seconds, Self.pauseSecondsMin), Self.pauseSecondsMax),
                requestsPerMinuteMax: Self.requestsPerMinute(answer.body))
        default: self = .untrustworthy("status \(answer.status)")
        }
    }

    private static func known(_ body: [UInt8], _ order: OrderNumber) -> AccrualAnswer {
        guard body.count <= bodyBytesMax else { return .untrustworthy("an answer of over \(bodyBytesMax) bytes") }
        guard let object = try? JSONParser.parse(body[...]).object else {
            return .untrustworthy("an answer that is no JSON object")
        }
        guard object["order"]?.string == order.digits else { return .untrustworthy("an answer about another order") }
        switch object["status"]?.string {
        case "REGISTERED", "PROCESSING": return .pending
        case "INVALID": return .invalid
        case "PROCESSED": return processed(object["accrual"])
        default: return .untrustworthy("an answer of unknown status")
        }
    }

    /// No accrual is none; one with more than two decimals is rounded half up.
    private static func processed(_ accrual: JSONValue?) -> AccrualAnswer {
        guard let accrual, accrual != .null else { return .processed(.zero) }
        guard let number = accrual.number, let hundredths = try? number.scaledRoundingHalfUp(places: 2),
            !number.isBelowZero, Points(hundredths: hundredths) <= accrualMax
        else { return .untrustworthy("an accrual that can't be") }
        return .processed(Points(hundredths: hundredths))
    }

    /// `No more than N requests per minute allowed`
    private static func requestsPerMinute(_ body: [UInt8]) -> Int? {
        guard body.count <= 1024 else { return nil }
        let words = String(decoding: body, as: UTF8.self).split { $0 == " " || $0.isNewline }
        for index in words.indices.dropLast(3)
        where words[index + 1] == "requests" && words[index + 2] == "per" && words[index + 3].hasPrefix("minute") {
            if let count = Int(words[index]), count > 0 { return count }
        }
        return nil
    }
}
