import Eventual

/// Responds to the requests of one event loop. All its methods are called on the loop's thread.
package protocol RequestHandler: AnyObject {
    /// The names of the routes. ``Response/route`` is an index of this array.
    var routes: [RouteName] { get }

    /// The largest body, in bytes before any content coding is decoded, that a request with this head may have. The
    /// loop refuses a larger one with 413 as soon as the length is known. ``Limits/bodyBytesMax`` is a limit too.
    func bodyBytesMax(of head: Request) -> Int

    /// Returns true if `peer` is a trusted proxy, which names the client of each request in a field.
    func isProxy(_ peer: IPAddress) -> Bool

    /// The client that has sent the request.
    func client(of request: Request) -> IPAddress

    /// The response to the request.
    func respond(to request: Request) -> Eventual<Response, Never>

    /// The response to a request that could not be read.
    func response(to error: RequestError) -> Response

    /// Called at the end of each turn of the loop, when every request that arrived in it is answered or waiting.
    /// Release what they shared, such as a read transaction: requests in the next turn must see what was written in the
    /// meantime.
    func endBatch()

    /// Called once, before the loop serves.
    ///
    /// - Parameter wake: has the loop call ``wakeUp()`` in its next turn. It may be called on any thread.
    func begin(wake: @escaping @Sendable () -> Void)

    /// Called in the turn after a call of `wake`.
    func wakeUp()

    /// Called once, when the loop has ended. Close what belongs to the loop's thread.
    func close()
}

extension RequestHandler {
    package var routes: [RouteName] { [] }
    package func bodyBytesMax(of head: Request) -> Int { .max }
    package func isProxy(_ peer: IPAddress) -> Bool { false }
    package func client(of request: Request) -> IPAddress { request.peer }
    package func begin(wake: @escaping @Sendable () -> Void) {}
    package func wakeUp() {}
}

/// The name of a route in metrics. It contains no text that a client has sent, so that there is a fixed number of
/// names.
package struct RouteName: Hashable, Sendable {
    package let method: Method
    /// The path with its parameters in braces, such as `/api/orders/{number}`.
    package let path: String

    package init(method: Method, path: String) {
        (self.method, self.path) = (method, path)
    }
}
