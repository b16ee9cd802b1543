import Posix

/// What libcurl hands over of one answer, and how much of it is taken: an accrual system that sends without end fills no memory.
/// Its address is given to libcurl's callbacks.
final class CurlExchange {
    /// Fields of the head, of interim answers and of trailers together: libcurl keeps them all until the next request.
    static let headBytesMax = 64 * 1024
    /// Everything of an answer, and with it what no part of the answer shows, such as chunk extensions.
    static let receivedBytesMax = 256 * 1024

    enum Excess: Equatable {
        case head, body, received
    }

    private(set) var body: [UInt8] = []
    /// Why the transfer was ended, if it was.
    private(set) var excess: Excess?
    private var headBytes = 0
    private var receivedBytes = 0
    private let cancellation: Cancellation

    init(_ cancellation: Cancellation) {
        self.cancellation = cancellation
    }

    /// Before each request.
    func reset() {
        body.removeAll(keepingCapacity: true)
        (excess, headBytes, receivedBytes) = (nil, 0, 0)
    }

    /// Takes a part of the body; false ends the transfer.
    func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard body.count + bytes.count <= AccrualAnswer.bodyBytesMax else { return end(.body) }
        body.append(contentsOf: bytes)
        return true
    }

    /// Takes a line of a head or a trailer; false ends the transfer.
    func takeHead(bytes count: Int) -> Bool {
        headBytes += count
        return headBytes <= Self.headBytesMax || end(.head)
    }

    /// Counts what came, as it came. The transfer ends when libcurl asks the next time (``hasToEnd``).
    func noteReceived(bytes count: Int) {
        receivedBytes += count
        if receivedBytes > Self.receivedBytesMax { _ = end(.received) }
    }

    /// Asked by libcurl between the parts of an answer, and at least once a second (CURLOPT_XFERINFOFUNCTION(3)).
    var hasToEnd: Bool { excess != nil || cancellation.isCancelled }

    private func end(_ excess: Excess) -> Bool {
        self.excess = self.excess ?? excess
        return false
    }
}

extension CurlExchange.Excess {
    /// For the log.
    var reason: String {
        switch self {
        case .head: "an answer with over \(CurlExchange.headBytesMax) bytes of header fields"
        case .body: "an answer of over \(AccrualAnswer.bodyBytesMax) bytes"
        case .received: "an answer that takes over \(CurlExchange.receivedBytesMax) bytes to send"
        }
    }
}
