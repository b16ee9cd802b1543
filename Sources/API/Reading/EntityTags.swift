import HTTP
import Loyalty
import Storage
import Web

/// Makes the states that tags name; all event loops of a server make the same.
struct EntityTags: Sendable {
    /// Random at the start of the server: the next one counts its commits anew, and a number says another thing then.
    let epoch: UInt64

    /// Of an answer to a user whom a commit was the last to change. A hash, so that a tag tells nothing of how much others
    /// do. Its seed is the process's, which is as long as a tag has to live.
    func state(of key: AnswerCache.Key, changedBy commit: ReadVersion) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(epoch)
        hasher.combine(commit)
        hasher.combine(key.user)
        hasher.combine(key.route)
        hasher.combine(key.selection)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}
