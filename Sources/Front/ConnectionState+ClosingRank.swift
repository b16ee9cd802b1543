/// The order in which connections are closed to make room for others.
extension ConnectionState {
    /// The highest rank that is closed for another connection of the same client.
    static let ofSameClientRankMax = 1
    /// The highest rank that is closed for another client's connection, if its own client has the most connections.
    static let ofGreediestClientRankMax = 2
    /// The same if the other client's connection would be refused otherwise.
    static let ofGreediestClientAtLastRankMax = 3

    /// The rank in the order in which connections are closed to make room for another; `nil` if the connection must not
    /// be closed. A connection without a request comes first, then one with a part of a head, or whose last response
    /// was sent and may be on its way. Then come streams, which their clients can resume, and parts of bodies, for
    /// which nothing was done: if these were kept, one client could fill the server with them.
    ///
    /// Last come responses that wait for their clients to read, and of these the one that has waited longest. The time
    /// limit for writing ends only a connection whose client reads nothing at all: one that reads a few bytes now and
    /// then could hold its connection for as long as it likes. Since a slow download looks the same, it is closed only
    /// if nothing else is found.
    ///
    /// - Parameter hasUnreadInput: true if received bytes were not parsed.
    func closingRank(hasUnreadInput: Bool) -> Int? {
        switch (stage, timer.event) {
        case (.reading, .idle) where !hasUnreadInput: 0
        case (.reading, .head), (.lingering, _): 1
        case (.reading, .body), (.following, _): 2
        case (.reading, .writing), (.streaming, .writing), (.closing, .writing): 3
        default: nil
        }
    }
}
