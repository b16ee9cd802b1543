import Eventual

/// Answers the requests of one event loop, on its thread.
package protocol RequestHandler: AnyObject {
    /// What its answers may be from, by the number that they carry.
    var routes: [RouteName] { get }

    /// The largest body that a request with this head may have, in bytes as they are framed. A larger one is refused with
    /// 413, as soon as that is known. ``Limits/bodyBytesMax`` holds as well.
    func bodyBytesMax(of head: Request) -> Int

    /// Returns true if connections from the address are a trusted proxy's: each of its requests names the client that it is
    /// from.
    func isProxy(_ peer: IPAddress) -> Bool

    /// The client that a request is from.
    func client(of request: Request) -> IPAddress

    func respond(to request: Request) -> Eventual<Response, Never>

    /// The answer to a request that could not be read.
    func response(to error: RequestError) -> Response

    /// All requests that had arrived together were taken as far as they go without waiting; what they shared, such as a
    /// read transaction, ends here, since what arrives next may have to see what was written since.
    func endBatch()

    /// The loop is about to serve. Whoever calls `wake`, from any thread, has it call ``wakeUp()`` in its next turn.
    func begin(wake: @escaping @Sendable () -> Void)

    /// Somebody has called `wake` since the last turn.
    func wakeUp()

    /// The loop has ended; what belongs to its thread is closed here.
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

/// How a kind of requests is called by whoever counts them: never by what a client wrote.
package struct RouteName: Hashable, Sendable {
    package let method: Method
    /// `/api/orders/{number}`
    package let path: String

    package init(method: Method, path: String) {
        (self.method, self.path) = (method, path)
    }
}
