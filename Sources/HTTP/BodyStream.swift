import Eventual

/// A body without a known end, such as a stream of events: it sends bytes whenever there is something new. All its
/// methods are called on the event loop's thread.
package protocol BodyStream: AnyObject {
    /// The time between two calls of ``beat()``.
    var beatMilliseconds: Int { get }

    /// Begins the stream. From now until ``close()`` the stream calls `reader` when it has something new.
    func open(for reader: any BodyStreamReader)

    /// True if ``next()`` has to produce its bytes, at about the cost of a part of a body; false if it only hands out
    /// bytes that are ready. A call that produces waits for its turn among all connections that have something to
    /// produce.
    var nextTakesTurn: Bool { get }

    /// The next bytes to send. The client has taken all the bytes before them. Empty if there is nothing yet; `nil` at
    /// the end of the stream. Bytes that have to be waited for come later; the next call follows when they have come.
    ///
    /// - Throws: `BodyFailure` if the stream can't continue.
    func next() throws(BodyFailure) -> Eventual<[UInt8]?, BodyFailure>

    /// Called every ``beatMilliseconds``, even while the stream's next bytes are waited for. The stream checks whether
    /// it may continue, and sends something, so that no proxy on the way closes the connection as idle.
    func beat()

    /// Called once for each ``open(for:)``, when the client has gone or the stream has ended. Bytes that are waited for
    /// are dropped then.
    func close()
}

/// The side that sends a stream's bytes to the client.
package protocol BodyStreamReader: AnyObject {
    /// Called by the stream when ``BodyStream/next()`` has bytes again after it returned an empty array.
    func streamHasMore()
}
