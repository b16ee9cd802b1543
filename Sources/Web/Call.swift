import HTTP

/// A request for a route, with the values that the route asks for.
package struct Call {
    package let request: Request
    /// The unpacked body; empty if the route takes none.
    package let body: [UInt8]
    private let sender: Caller?

    init(_ request: Request, body: [UInt8] = [], from sender: Caller? = nil) {
        (self.request, self.body, self.sender) = (request, body, sender)
    }

    /// The user who sent the request. A route for ``Route/Access/everyone`` must not ask for it.
    package var caller: Caller {
        guard let sender else { preconditionFailure("only a route for users may ask for the caller") }
        return sender
    }
}
