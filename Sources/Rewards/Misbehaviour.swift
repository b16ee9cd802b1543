import Loyalty

/// The ways in which an accrual system may misbehave.
package enum Misbehaviour: Equatable, Sendable, CaseIterable {
    /// The connection is refused.
    case down
    case failing
    case slow
    /// The answer never comes.
    case hanging
    /// The answer comes one byte per second.
    case dripping
    case anotherOrder
    case unknownStatus
    case negative
    case enormous
    case notJSON
    case tooLarge
    case redirect
    case throttled
}

extension InventedAccruals {
    /// The most times that an order meets misbehaviour before its steps begin, so that every order ends.
    package static let misbehavioursMax = 3

    /// Returns what happens when an order is asked about for the `step`th time, from 1, or `nil` if it is answered. It
    /// is always the same for the same number.
    package static func misbehaviour(of number: OrderNumber, step: Int) -> Misbehaviour? {
        let hash = hash(number)
        guard step <= 1 + Int((hash >> 32) % UInt64(misbehavioursMax)) else { return nil }
        let kinds = Misbehaviour.allCases
        return kinds[Int(((hash >> 40) + UInt64(step) * 5) % UInt64(kinds.count))]
    }
}

extension Misbehaviour {
    package static let requestsPerMinute = 600

    /// Returns the response, or `nil` for a misbehaviour without one.
    package func response(about number: OrderNumber) -> InventedAccruals.Response? {
        let digits = number.digits
        func known(_ digits: String, _ status: String, _ accrual: String? = nil) -> InventedAccruals.Response {
            InventedAccruals.Response(status: 200, body: OrderAnswer.body(digits, status, accrual: accrual))
        }
        func plain(_ status: Int, _ text: String) -> InventedAccruals.Response {
            InventedAccruals.Response(status: status, body: Array(text.utf8))
        }
        return switch self {
        case .down, .hanging, .dripping, .tooLarge: nil
        case .slow: known(digits, "PROCESSING")
        case .failing: plain(500, "")
        case .anotherOrder: known("\(digits)0", "PROCESSED", "500")
        case .unknownStatus: known(digits, "FINISHED", "500")
        case .negative: known(digits, "PROCESSED", "-500")
        case .enormous: known(digits, "PROCESSED", "1e30")
        case .notJSON: plain(200, "<html>It works!</html>")
        case .redirect: plain(302, "")
        case .throttled: plain(429, "No more than \(Self.requestsPerMinute) requests per minute allowed")
        }
    }
}
