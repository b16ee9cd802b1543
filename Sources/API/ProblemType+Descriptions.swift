import HTTP

extension ProblemType {
    typealias Description = (status: Status, title: String, explanation: String)

    /// The one table of what each type says.
    var description: Description {
        switch self {
        case .unreadableRequest:
            (
                .badRequest, "The request can't be read",
                "The bytes are no request of HTTP/1.1: the detail says where they depart from it. The connection is closed."
            )
        case .invalidContent:
            (
                .badRequest, "The content is not what is expected",
                "The body or a parameter lacks something, or has a value that can't be; the detail names it."
            )
        case .orderNumberMissing:
            (.badRequest, "No order number", "The body is empty; send the digits of the order's number.")
        case .signInRequired:
            (
                .unauthorized, "Sign in first",
                "The request shows no session, or one that has ended. Sign in and show the new one."
            )
        case .wrongCredentials:
            (
                .unauthorized, "Wrong login or password",
                "There is no user with this login and this password; which of them is wrong is not told."
            )
        case .notEnoughPoints:
            (.paymentRequired, "Not enough points", "The account has fewer points than the sum; nothing was debited.")
        case .crossSite:
            (
                .forbidden, "From another site",
                "A browser sent this from a page of another site, which the server's owner has not allowed."
            )
        case .wrongCurrentPassword:
            (
                .forbidden, "Wrong current password",
                "A new password is taken only together with the one that it replaces."
            )
        case .misdirected:
            (
                .misdirectedRequest, "Another host's request",
                "This listener is served under the names of its own machine, under IP addresses, and under names that its owner allows in `allowed_hosts`."
            )
        case .unknownPath: (.notFound, "Unknown path", "There is nothing at this path, whatever the method.")
        case .orderUnknown:
            (
                .notFound, "Unknown order",
                "You have uploaded no order with this number. The answer is the same whether somebody else has."
            )
        case .ruleUnknown: (.notFound, "Unknown rule", "There is no reward rule with this match.")
        case .methodNotAllowed:
            (.methodNotAllowed, "Method not allowed", "The path has other methods, which Allow lists.")
        case .requestTimeout:
            (.requestTimeout, "The request came too slowly", "The whole request did not come in time; send it again.")
        case .loginTaken: (.conflict, "Login taken", "Another user has this login; choose another.")
        case .orderUploadedByAnother:
            (.conflict, "Uploaded by another user", "An order is credited once, to whoever uploaded it first.")
        case .withdrawalConflict:
            (
                .conflict, "Paid for otherwise",
                "The order was paid for by another user or with another sum, or its withdrawal was refunded; nothing was debited."
            )
        case .ruleTaken: (.conflict, "Rule exists", "There is a reward rule with this match; remove that first.")
        case .tooManyRules: (.conflict, "Too many rules", "There are as many reward rules as there may be.")
        case .receiptAccepted: (.conflict, "Receipt accepted before", "The order has a receipt, which never changes.")
        case .contentTooLarge:
            (
                .contentTooLarge, "The content is too large",
                "The body is larger than its operation takes, before or after unpacking: 8 KiB, 16 KiB for a change of password, 1 MiB for a receipt."
            )
        case .uriTooLong: (.uriTooLong, "The URI is too long", "The request line is longer than is read.")
        case .unknownContentCoding:
            (
                .unsupportedMediaType, "Unknown content coding",
                "The body is packed in a way that is not understood; Accept-Encoding lists what is."
            )
        case .unknownExpectation:
            (.expectationFailed, "Unknown expectation", "Expect asks for something other than 100-continue.")
        case .invalidOrderNumber:
            (
                .unprocessableContent, "Not an order number",
                "The number has something other than digits, too many of them, or a last digit that is not its check digit (Luhn, ISO/IEC 7812-1). A shop appends that digit to its own numbers: `martlet order number 100100` prints 1001007."
            )
        case .invalidSum:
            (
                .unprocessableContent, "Not a sum",
                "A sum is above zero, has at most two decimal places and is below 92,233,720,368,547,758.08."
            )
        case .tooManyFailures:
            (
                .tooManyRequests, "Too many failed sign-ins",
                "Too many sign-ins have failed, of this login or from this address. `Retry-After` says when the next is heard."
            )
        case .tooManyRegistrations:
            (
                .tooManyRequests, "Too many registrations",
                "Too many users were registered from this address. `Retry-After` says when the next may be."
            )
        case .tooManyUnfinishedOrders:
            (
                .tooManyRequests, "Too many unfinished orders",
                "You have as many orders without a final status as one user may have. Numbers that you uploaded before are still answered."
            )
        case .tooManyStreams:
            (
                .tooManyRequests, "Too many streams",
                "As many streams of events are open as one user may have. Close one, or come again."
            )
        case .headTooLarge:
            (
                .requestHeaderFieldsTooLarge, "The head is too large",
                "The request's fields are more or longer than are read."
            )
        case .failed:
            (
                .internalServerError, "The server failed",
                "Something is wrong with the server, and its log says what."
            )
        case .notImplemented:
            (.notImplemented, "Not implemented", "The method or the transfer coding is none that the server has.")
        case .busy:
            (
                .serviceUnavailable, "Busy",
                "Too much waits already. Nothing happened; ask again after Retry-After, in seconds."
            )
        case .unavailable:
            (
                .serviceUnavailable, "Unavailable",
                "The server can't do this now. Nothing happened; ask again after Retry-After, in seconds."
            )
        case .unknownHTTPVersion:
            (.httpVersionNotSupported, "Unknown version of HTTP", "The server speaks HTTP/1.1 and HTTP/1.0.")
        }
    }
}
