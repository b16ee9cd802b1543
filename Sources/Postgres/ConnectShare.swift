/// The time in which one host of an address has to take a connection and to pass the check of it.
struct ConnectShare: Equatable {
    let milliseconds: Int
    /// True if the host would have more time if the deadline were later or others did not share it.
    let isCut: Bool

    /// The least share of a host. A healthy host usually takes less, even on a busy machine. With a longer share, a
    /// host that hangs would delay those after it.
    private static let sharedMillisecondsMin = 2_000

    /// A `connect_timeout` limits the time of a host and does not extend it: if the first host hangs, a long one must
    /// not use up the time of all others.
    ///
    /// - Parameters:
    ///   - left: the time until the deadline of all hosts.
    ///   - hosts: the number of hosts that share it: this one and those after it.
    ///   - asked: the `connect_timeout` of the address; `nil` if it has none.
    ///   - longest: the longest time for one host without a `connect_timeout`.
    init(ofMilliseconds left: Int, among hosts: Int, asked: Int?, longest: Int) {
        precondition(hosts > 0, "hosts must be positive")
        let share = max(left / hosts, Self.sharedMillisecondsMin)
        let own = asked ?? longest
        milliseconds = min(own, share)
        isCut = share < own
    }
}
