import Accrual
import AccrualSystem
import Loyalty

/// Whom the workers ask.
enum AccrualSource: Sendable {
    /// Nobody: orders stay new.
    case none
    case system(AccrualAddress)
    case invented
}

/// Asks the invented accrual system, without a network between.
struct InventedTransport: AccrualTransport {
    let accruals: InventedAccruals

    func ask(about order: OrderNumber) throws(TransportError) -> TransportAnswer {
        let answer = accruals.ask(about: order)
        return TransportAnswer(status: answer.status, body: answer.body)
    }
}

/// Where orders go that nobody is asked about: the database has them, and the next start finds them there.
struct UnattendedQueue: OrderQueue {
    var hasRoom: Bool { true }

    func put(_ order: UnfinishedOrder) {}
}
