/// The receiving side of a connection's socket.
enum ConnectionInput: Hashable {
    /// The client may send more. If `mayHaveMore` is true, the kernel may hold bytes that were not received.
    case open(mayHaveMore: Bool)
    /// The kernel has reported that the client sends no more. It may hold bytes that were sent before that.
    case halfClosed
    /// All bytes were received, and the client sends no more.
    case ended
    /// Receiving has failed: the connection is broken.
    case failed

    /// The result of receiving from the socket once.
    enum Received: Hashable {
        /// Bytes have arrived. If they have not filled the buffer, the kernel holds no more (epoll(7)).
        case bytes(fillBuffer: Bool)
        case wouldBlock, end, failure
    }

    /// True if the kernel may hold bytes, or an end, that were not received.
    var mayReceive: Bool {
        switch self {
        case .open(let mayHaveMore): mayHaveMore
        case .halfClosed: true
        case .ended, .failed: false
        }
    }

    /// True if the client is known to send no more. The last bytes may not have been received.
    var clientHasFinished: Bool {
        switch self {
        case .open: false
        case .halfClosed, .ended, .failed: true
        }
    }

    /// The kernel has reported input, or the end of it. It reports each change once.
    mutating func wasReported(isEnd: Bool) {
        guard case .open = self else { return }
        self = isEnd ? .halfClosed : .open(mayHaveMore: true)
    }

    /// The connection has received from the socket.
    mutating func changed(by received: Received) {
        switch (received, self) {
        // The end may come many receptions after its report, which the kernel does not repeat.
        case (.bytes, .halfClosed): break
        case (.bytes(let fillBuffer), _): self = .open(mayHaveMore: fillBuffer)
        case (.wouldBlock, .open): self = .open(mayHaveMore: false)
        case (.wouldBlock, _), (.end, _): self = .ended
        case (.failure, _): self = .failed
        }
    }
}
