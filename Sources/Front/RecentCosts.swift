import HTTP

/// The costs of the last steps of proxies' clients without a request in progress, as far as these steps were dear.
///
/// Such a client has no connection of its own that would keep its cost. Without it, each request of a client that sends
/// costly ones, one after the other, would go among the quick ones.
struct RecentCosts {
    /// The number of clients in each half. Both take about 50 KiB.
    static let clientsMax = 512

    private var newer: [IPAddress: StepCost] = [:]
    private var older: [IPAddress: StepCost] = [:]

    /// Keeps the cost if it is dear, until at least ``clientsMax`` other clients have come after this one.
    mutating func keep(_ cost: StepCost, of client: IPAddress) {
        guard cost.isDear else { return }
        if newer.count == Self.clientsMax { older = exchange(&newer, with: [:]) }
        newer[client] = cost
    }

    /// Removes and returns the client's cost; `nil` if there is none.
    mutating func take(of client: IPAddress) -> StepCost? {
        let old = older.removeValue(forKey: client)
        return newer.removeValue(forKey: client) ?? old
    }
}
