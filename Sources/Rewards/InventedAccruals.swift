import Hashing
import Loyalty
import Synchronization

/// An accrual system for trying things out. It knows every order and invents what it earned; for the same number the
/// steps and the result are always the same. Any thread may ask it.
///
/// A chaotic one first answers each order with some misbehaviour, see ``Misbehaviour``.
package final class InventedAccruals: Sendable {
    /// A response in HTTP.
    package struct Response: Equatable, Sendable {
        package let status: Int
        package let body: [UInt8]
    }

    /// The final result of an order.
    package enum Verdict: Equatable, Sendable {
        case invalid
        case processed(Points)
    }

    /// The number of times that each order was asked about.
    private let asked = Mutex<[OrderNumber: Int]>([:])
    /// The most orders that are remembered. At the limit all are forgotten, and an order that is asked about again
    /// repeats its steps.
    private static let numbersMax = 100_000

    private let isChaotic: Bool

    package init(isChaotic: Bool = false) {
        self.isChaotic = isChaotic
    }

    /// The reaction to a request about an order.
    package enum Step: Equatable, Sendable {
        case response(Response)
        case misbehaviour(Misbehaviour)
    }

    /// Returns the next step of an order, as `GET /api/orders/{number}` answers it: unknown or registered, then
    /// processing, then the final result for ever. A chaotic system misbehaves first.
    package func ask(about number: OrderNumber) -> Step {
        let step = asked.withLock { asked in
            if asked.count >= Self.numbersMax, asked[number] == nil { asked.removeAll() }
            asked[number, default: 0] += 1
            return asked[number, default: 1]
        }
        guard isChaotic else { return .response(Self.response(about: number, step: step)) }
        if let trouble = Self.misbehaviour(of: number, step: step) { return .misbehaviour(trouble) }
        let troubleCount = (1...).prefix { Self.misbehaviour(of: number, step: $0) != nil }.count
        return .response(Self.response(about: number, step: step - troubleCount))
    }

    private static func response(about number: OrderNumber, step: Int) -> Response {
        switch step {
        case 1: return hash(number) & 16 == 0 ? Response(status: 204, body: []) : known(number, "REGISTERED")
        case 2: return known(number, "PROCESSING")
        default:
            switch verdict(on: number) {
            case .invalid: return known(number, "INVALID")
            case .processed(let points): return known(number, "PROCESSED", points)
            }
        }
    }

    /// Returns the final result: one order in eight is invalid; the others earn up to a thousand points.
    package static func verdict(on number: OrderNumber) -> Verdict {
        let hash = hash(number)
        return hash % 8 == 0 ? .invalid : .processed(Points(hundredths: Int64(1 + (hash >> 8) % 100_000)))
    }

    /// FNV-1a, and the finalizer of SplitMix64 to spread numbers that differ in few digits. Swift's own hashes differ
    /// from one process to the next.
    static func hash(_ number: OrderNumber) -> UInt64 {
        var hash = FNV1a.hash64(Array(number.digits.utf8))
        hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
        return hash ^ (hash >> 31)
    }

    private static func known(_ number: OrderNumber, _ status: String, _ points: Points? = nil) -> Response {
        Response(status: 200, body: OrderAnswer.body(number.digits, status, accrual: points?.description))
    }
}
