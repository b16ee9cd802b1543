import Loyalty
import Storage

/// The lead among the instances of one database.
struct PostgresLeadership: Leadership {
    let lease: LeaseLane
    let writes: WriteLane

    var isLeading: Bool { lease.isLeading }

    var isWithAnother: Bool { lease.isWithAnother }

    var term: Int64 { lease.term }

    var inheritedPace: AskedPace { lease.inheritedPace }

    func passOn(_ pace: AskedPace) {
        lease.passOn(pace)
    }

    func share(_ make: @escaping @Sendable () -> String) {
        lease.share(make)
    }

    func ordersOfOtherServers() throws(LoyaltyError) -> [UnfinishedOrder] {
        try writes.takeOrdersOfOtherServers()
    }

    func droppedOrders() -> [UnfinishedOrder] { writes.takeDroppedOrders() }

    func skipOrdersOfOtherServers() {
        writes.skipOrdersOfOtherServers()
    }
}
