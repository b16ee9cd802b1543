import HTTP

/// The costs of the last steps of proxies' clients without a request in progress, as far as these steps were costly.
///
/// Such a client has no connection of its own that would keep its cost. If the cost were forgotten, a client that sends
/// one costly request after another would go among the quick ones each time.
struct RecentCosts {
    /// The number of clients in each half. Both take about 50 KiB.
    static let clientsMax = 512

    private var newer: [IPAddress: StepCost] = [:]
    private var older: [IPAddress: StepCost] = [:]

    /// Keeps the cost if it is high, until at least ``clientsMax`` other clients have come after this one.
    mutating func keep(_ cost: StepCost, of client: IPAddress) {
        guard cost.isCostly else { return }
        if newer.count == Self.clientsMax { older = exchange(&newer, with: [:]) }
        newer[client] = cost
    }

    /// Removes and returns the client's cost; `nil` if there is none.
    mutating func take(of client: IPAddress) -> StepCost? {
        let old = older.removeValue(forKey: client)
        return newer.removeValue(forKey: client) ?? old
    }
}
