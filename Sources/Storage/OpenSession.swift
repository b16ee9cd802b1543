import Loyalty

/// A session that a client presented, with the state of its user's data.
package struct OpenSession: Equatable, Sendable {
    package let user: UserID
    /// The end of the session. A repository may still have a session after its end.
    package let expiresAt: Timestamp
    /// The revision of the user's data, which every read after this one shows or a later one. `nil` if it is not known,
    /// since a change is just being committed.
    package let revision: Revision?
    /// The user's points, read together with the session; `nil` if the store reads them when they are asked for. A
    /// store that asks a server saves a round trip for the most frequent request.
    package let balance: Balance?

    package init(user: UserID, expiresAt: Timestamp, revision: Revision? = nil, balance: Balance? = nil) {
        (self.user, self.expiresAt, self.revision) = (user, expiresAt, revision)
        self.balance = balance
    }
}
