import HTTP

/// The memory of the connection's buffers, as a part of the loop's.
extension Connection {
    /// The number of bytes that a connection may hold in its buffers even if all connections together hold too many.
    private static let bufferedBytesGuaranteed = 16 * 1024

    private static let tooManyRequests = RequestError(
        .serviceUnavailable, "The server holds too many unfinished requests.")

    /// Counts the body of a complete request until its response, because the request may wait for its client's turn,
    /// and then for the handler. If there is no room, the request is refused: the connection ends, or if it is a
    /// proxy's, the function returns false.
    ///
    /// A request that was kept is never dropped to make room for others: it needs no more memory, and frees its own
    /// when it is answered.
    func keepBody(of request: Request) throws(Ending) -> Bool {
        requestBytes = request.body.count
        guard requestBytes > Self.bufferedBytesGuaranteed else { return true }
        reportBuffers()
        guard loop.buffers.areTooLarge(of: share) else { return true }
        guard isProxied else { throw .refused(Self.tooManyRequests.of(request.headers)) }
        refuse(request, Self.tooManyRequests)
        return false
    }

    /// Reports the size of the buffers to the loop, and ends the connection if all buffers together are too large.
    func accountForBuffers() throws(Ending) {
        reportBuffers()
        guard bufferedBytes - requestBytes > Self.bufferedBytesGuaranteed, loop.buffers.areTooLarge(of: share) else {
            return
        }
        guard state.timer.event == .body else { throw .gone }
        throw .refused(Self.tooManyRequests)
    }

    private func reportBuffers() {
        let count = input.heldBytes + outbox.heldBytes + parser.bodyBytes + requestBytes
        if count != bufferedBytes { changeBufferedBytes(to: count) }
    }

    func changeBufferedBytes(to count: Int) {
        loop.buffers.change(by: count - bufferedBytes, of: share)
        bufferedBytes = count
    }
}
