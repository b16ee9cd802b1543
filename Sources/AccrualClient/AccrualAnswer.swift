import JSON
import Loyalty

/// The meaning of an answer of the accrual system, decided from nothing but the answer.
package enum AccrualAnswer: Equatable, Sendable {
    /// 204: the accrual system does not know the order yet.
    case unknown
    /// The accrual system knows the order and has not finished with it.
    case pending
    case invalid
    case processed(Points)
    /// The accrual system asks for a pause, of this length or `nil` if it does not say. `requestsPerMinuteMax` is the
    /// pace that the body of the answer allows from then on, if it names one.
    case throttled(seconds: Int?, requestsPerMinuteMax: Int?)
    /// The answer can't be relied on. The reason is for the log, and quotes nothing of the answer.
    case untrustworthy(String)

    /// A longer pause is treated as a mistake and shortened to this.
    package static let pauseSecondsMax = 3600
    /// A shorter pause would make a busy loop of an accrual system's refusals.
    package static let pauseSecondsMin = 1
    /// The longest body in bytes. The rest of a longer one is not read.
    package static let bodyBytesMax = 64 * 1024
    /// The body of a refusal is a sentence; a longer one is not read.
    private static let sentenceBytesMax = 1024

    package init(_ response: TransportResponse, to order: OrderNumber) {
        let pause = response.retryAfterSeconds.map { min(max($0, Self.pauseSecondsMin), Self.pauseSecondsMax) }
        switch response.status {
        case 200: self = Self.known(response.body, order)
        case 204: self = .unknown
        case 429: self = .throttled(seconds: pause, requestsPerMinuteMax: Self.requestsPerMinute(response.body))
        // A server that is down for a while may say for how long (RFC 9110, section 10.2.3).
        case 503 where pause != nil: self = .throttled(seconds: pause, requestsPerMinuteMax: nil)
        case 300..<400: self = .untrustworthy("status \(response.status), a redirect, which is not followed")
        default: self = .untrustworthy("status \(response.status)")
        }
    }

    private static func known(_ body: [UInt8], _ order: OrderNumber) -> AccrualAnswer {
        guard body.count <= bodyBytesMax else { return .untrustworthy("an answer of over \(bodyBytesMax) bytes") }
        // A byte order mark may be ignored (RFC 8259, section 8.1).
        let text = body.starts(with: [0xEF, 0xBB, 0xBF]) ? body.dropFirst(3) : body[...]
        guard let object = try? JSONParser.parse(text).object else {
            return .untrustworthy("an answer that is not a JSON object")
        }
        guard isAbout(order, object["order"]) else { return .untrustworthy("an answer about another order") }
        switch object["status"]?.string?.uppercased() {
        case "REGISTERED", "PROCESSING": return .pending
        case "INVALID": return .invalid
        case "PROCESSED": return processed(object["accrual"])
        default: return .untrustworthy("an answer of unknown status")
        }
    }

    /// Returns true if the value is the order's number, as a string, or as a number written with the same digits.
    private static func isAbout(_ order: OrderNumber, _ value: JSONValue?) -> Bool {
        (value?.string ?? value?.number?.literal) == order.digits
    }

    /// Reads the accrual. If it is missing, it is zero; more than two decimals are rounded half up. A string that
    /// contains a number counts as that number.
    private static func processed(_ accrual: JSONValue?) -> AccrualAnswer {
        guard let accrual, accrual != .null else { return .processed(.zero) }
        let quoted = accrual.string.flatMap { try? JSONParser.parse($0.utf8).number }
        guard let number = accrual.number ?? quoted, let hundredths = try? number.scaledRoundingHalfUp(places: 2),
            !number.isBelowZero, Points(hundredths: hundredths) <= Order.accrualMax
        else { return .untrustworthy("an impossible accrual") }
        return .processed(Points(hundredths: hundredths))
    }

    /// Finds `No more than N requests per minute allowed`, in any case, alone or inside other text.
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
