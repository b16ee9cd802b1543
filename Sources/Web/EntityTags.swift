import HTTP

/// Makes the states that entity tags name. All event loops of a server make the same, and all servers of a store whose
/// revisions they share.
struct EntityTags {
    /// Random at the start of the server, or that of the store. Revisions of another epoch mean other states.
    let epoch: UInt64
    /// A hash with a key that is the same in every process; `nil` if no other server has the epoch.
    var sharedHash: EntityTagHash?

    /// The state of a response about a user at a revision.
    ///
    /// The state is a hash, so that a tag does not disclose how much other users do. Without other servers, `Hasher` is
    /// sufficient: its seed is the same for as long as the process runs, and no tag has to be valid for longer.
    func state(of key: ResponseCache.Key, at revision: UInt64) -> UInt64 {
        if let sharedHash {
            var bytes: [UInt8] = []
            for number in [revision, UInt64(bitPattern: key.user), UInt64(bitPattern: Int64(key.route))] {
                bytes += (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
            }
            return sharedHash(epoch, bytes + key.selection)
        }
        var hasher = Hasher()
        hasher.combine(epoch)
        hasher.combine(revision)
        hasher.combine(key.user)
        hasher.combine(key.route)
        hasher.combine(key.selection)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}

/// A cryptographic hash with a key (SipHash), which is the same in every process.
package typealias EntityTagHash = @Sendable (_ key: UInt64, _ bytes: [UInt8]) -> UInt64
