/// Why the domain refuses; one function of the API turns each into a status.
package enum LoyaltyError: Error, Equatable, Sendable {
    /// A value that can't be: the sentence says which and why, in words for the client.
    case malformed(String)
    case loginTaken
    /// Unknown login or wrong password; which of the two is not told.
    case wrongCredentials
    /// Whoever changes a password has to know the one before.
    case wrongCurrentPassword
    /// Too many sign-ins have failed; nothing was looked up.
    case tooManyFailures(retryAfterSeconds: Int)
    case tooManyRegistrations(retryAfterSeconds: Int)
    case orderNumberMissing
    case orderNumberInvalid(OrderNumber.ParseError)
    case orderUploadedByAnother
    /// The user has as many unfinished orders as one user may have. Nothing happened; ask again once some are final.
    case tooManyUnfinishedOrders(retryAfterSeconds: Int)
    /// The user has uploaded no such order; whether somebody else has is not told.
    case orderUnknown
    /// A number that is no amount of points; the sentence says why.
    case sumInvalid(String)
    case notEnoughPoints
    case withdrawalConflict
    /// A queue is full. Nothing happened; ask again.
    case overloaded(retryAfterSeconds: Int)
    /// The database can't take it now (a full disk, say), or the server stops. Nothing happened; ask again.
    case unavailable(retryAfterSeconds: Int)
    /// A failure that is not the client's; the log says more.
    case failed
}
