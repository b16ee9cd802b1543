import Loyalty

/// A state of what is kept: all commits up to this one.
package struct ReadVersion: Hashable, Sendable {
    package let commit: UInt64

    package init(commit: UInt64) {
        self.commit = commit
    }
}

/// Tells whether what was read of a user is still so, so that it can be answered again without reading.
package protocol ReadVersions: AnyObject {
    /// What is read from now until the batch ends is at least of this version.
    var version: ReadVersion { get }

    /// Whether nothing of the user's was changed by a commit that anybody could have seen since.
    func isCurrent(_ version: ReadVersion, of user: UserID) -> Bool

    /// The last commit that may have changed something of the user's; nil while one is under way, and nobody knows.
    func lastChange(of user: UserID) -> ReadVersion?
}
