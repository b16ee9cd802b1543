import HTTP

/// Makes the states that entity tags name. All event loops of a server make the same.
struct EntityTags {
    /// Random at the start of the server. Revisions may begin anew at the next start, and a number then means another
    /// state.
    let epoch: UInt64

    /// The state of a response about a user at a revision.
    ///
    /// The state is a hash, so that a tag does not disclose how much other users do. The hasher's seed is the
    /// process's, which is as long as a tag has to live.
    func state(of key: ResponseCache.Key, at revision: UInt64) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(epoch)
        hasher.combine(revision)
        hasher.combine(key.user)
        hasher.combine(key.route)
        hasher.combine(key.selection)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}
