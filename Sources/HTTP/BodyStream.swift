/// A body without an end of its own, which says something whenever there is something to say. Used on its event loop's
/// thread.
package protocol BodyStream: AnyObject {
    /// From one call of ``beat()`` to the next.
    var beatMilliseconds: Int { get }

    /// The client is there: `reader` is told of everything new from now on, until ``close()``.
    func open(for reader: any BodyStreamReader)

    /// Whether ``next()`` has to make what it gives, at about the cost of a part of a body, and not only to hand it out: then
    /// it is called once it is its turn among all who make something.
    var nextTakesTurn: Bool { get }

    /// What there is to send, now that the client has taken all there was before; empty where there is nothing yet, nil
    /// at the end.
    func next() -> [UInt8]?

    /// A moment to look whether the stream may go on, and to say something, so that nobody on the way takes the connection
    /// for dead.
    func beat()

    /// The client has gone, or the stream has ended; called once for each ``open(for:)``.
    func close()
}

/// Sends what a stream has to say.
package protocol BodyStreamReader: AnyObject {
    /// ``BodyStream/next()`` has something for who was told that there is nothing yet.
    func streamHasMore()
}
