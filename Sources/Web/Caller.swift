import Eventual
import HTTP

/// The user who sent a request, as far as routes of any API need to know.
package struct Caller {
    package let user: Int64
    /// Counts the changes of the user's data: two reads at one revision show the same. `nil` if it is not known, since
    /// a change is just being committed.
    package let revision: UInt64?
    /// The token of the session that the request presents.
    package let token: ArraySlice<UInt8>

    package init(user: Int64, revision: UInt64?, token: ArraySlice<UInt8>) {
        (self.user, self.revision, self.token) = (user, revision, token)
    }
}

/// Finds the user who sent a request.
package protocol Authenticator {
    /// The user whose open session the request presents; `nil` if it presents none.
    func caller(of request: Request) throws(Problem) -> Eventual<Caller?, Problem>
}
