/// The reasons for which the domain refuses an operation. One function of the API turns each into a status.
package enum LoyaltyError: Error, Equatable, Sendable {
    /// A value is not valid. The sentence says which value and why, in words for the client.
    case malformed(String)
    case loginTaken
    /// The login is unknown or the password is wrong; the client does not learn which.
    case wrongCredentials
    /// The current password that came with a change of the password is wrong.
    case wrongCurrentPassword
    /// Too many sign-ins have failed. Nothing was looked up.
    case tooManyFailures(retryAfterSeconds: Int)
    case tooManyRegistrations(retryAfterSeconds: Int)
    /// The owner has closed registration.
    case registrationClosed
    case orderNumberMissing
    case orderNumberInvalid(OrderNumber.ParseError)
    case orderUploadedByAnother
    /// The user has reached the limit of unfinished orders. Nothing was stored; the client may try again when some of
    /// them are final.
    case tooManyUnfinishedOrders(retryAfterSeconds: Int)
    /// The user has not uploaded this order. The client does not learn if another user has.
    case orderUnknown
    /// The sum is not a valid amount of points. The sentence says why.
    case sumInvalid(String)
    case notEnoughPoints
    case withdrawalConflict
    /// A queue is full. Nothing was done; the client may try again.
    case overloaded(retryAfterSeconds: Int)
    /// The database cannot store anything now (its disk is full, for example), or the server is stopping. Nothing was
    /// done; the client may try again.
    case unavailable(retryAfterSeconds: Int)
    /// The server failed; the log has the details.
    case failed
    /// The answer to a commit has not arrived in time. It is unknown if the operation was done, or will be.
    case inDoubt
}
