import AccrualClient
import Configuration
import Loyalty
import Posix
import Rewards

/// The accrual system that the workers ask.
enum AccrualSource: Sendable {
    case builtIn
    case system(AccrualAddress)
    case invented(isChaotic: Bool)
}

/// Asks the invented accrual system without a network, and simulates its misbehaviour.
struct InventedTransport: AccrualTransport {
    let accruals: InventedAccruals
    let timeoutMilliseconds: Int
    let cancellation: Cancellation

    private static let slownessMilliseconds = 1000
    private static let pauseSeconds = 2

    func response(about order: OrderNumber) throws(TransportError) -> TransportResponse {
        switch accruals.ask(about: order) {
        case .response(let response): return TransportResponse(status: response.status, body: response.body)
        case .misbehaviour(let trouble):
            switch trouble {
            case .slow: wait(min(Self.slownessMilliseconds, timeoutMilliseconds))
            case .hanging, .dripping: wait(timeoutMilliseconds)
            default: break
            }
            guard let response = trouble.response(about: order) else { throw TransportError(reason: trouble.reason) }
            return TransportResponse(
                status: response.status, retryAfterSeconds: trouble == .throttled ? Self.pauseSeconds : nil,
                body: response.body)
        }
    }

    private func wait(_ milliseconds: Int) {
        let end = SystemClock.monotonicMilliseconds() + Int64(milliseconds)
        while !cancellation.isCancelled, SystemClock.monotonicMilliseconds() < end { sleepBriefly() }
    }
}

extension Misbehaviour {
    /// The reason for a missing answer, for the log.
    fileprivate var reason: String {
        switch self {
        case .down: "invented: the connection was refused"
        case .tooLarge: "invented: an answer of 5 MB"
        case .dripping: "invented: an answer that came a byte a second"
        default: "invented: no answer in time"
        }
    }
}
