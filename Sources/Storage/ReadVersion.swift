import Loyalty

/// A state of the database: the result of all commits up to this one.
package struct ReadVersion: Hashable, Sendable {
    package let commit: UInt64

    package init(commit: UInt64) {
        self.commit = commit
    }
}

/// Says if data read about a user is still current, so that it can be used again without another read.
package protocol ReadVersions: AnyObject {
    /// The oldest version that a read in this batch can see.
    var version: ReadVersion { get }

    /// Returns true if no commit after `version` has touched the user. Returns false while such a commit is in
    /// progress.
    func isCurrent(_ version: ReadVersion, of user: UserID) -> Bool

    /// The last commit that touched the user, or `nil` while one is in progress.
    func lastChange(of user: UserID) -> ReadVersion?
}
