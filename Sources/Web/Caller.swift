import Eventual
import HTTP

/// The user who sent a request, as far as routes of any API need to know.
package struct Caller {
    package let user: Int64
    /// The revision of the user's data: two reads at one revision show the same. `nil` if it is not known, because a
    /// change is being committed.
    package let revision: UInt64?
    /// The token of the session that the request presents.
    package let token: ArraySlice<UInt8>
    /// The rights of the caller, which routes with ``Route/Access/rank(atLeast:)`` ask for; 0 in an API without ranks.
    package let rank: Int
    /// The account as the authenticator read it, for the API's own routes; `nil` if ``user`` is sufficient.
    package let account: (any AnyObject & Sendable)?

    package init(
        user: Int64, revision: UInt64?, token: ArraySlice<UInt8>, rank: Int = 0,
        account: (any AnyObject & Sendable)? = nil
    ) {
        (self.user, self.revision, self.token) = (user, revision, token)
        (self.rank, self.account) = (rank, account)
    }
}

/// Finds the user who sent a request.
package protocol Authenticator {
    /// The user whose open session the request presents; `nil` if it presents none.
    func caller(of request: Request) throws(Problem) -> Eventual<Caller?, Problem>
}
