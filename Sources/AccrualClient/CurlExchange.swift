import Posix

/// The parts of one response that libcurl has passed on, and the limits on them: an accrual system that sends without
/// end must not fill the memory. libcurl's callbacks get the address of this object.
final class CurlExchange {
    /// The most bytes of header fields, interim responses and trailers together, because libcurl keeps them all until
    /// the next request.
    static let headBytesMax = 64 * 1024
    /// The most bytes of a response in all. This includes bytes that belong to no field and no body, such as chunk
    /// extensions.
    static let receivedBytesMax = 256 * 1024

    enum Excess: Equatable {
        case head, body, received
    }

    private(set) var body: [UInt8] = []
    /// The limit that ended the transfer, if any.
    private(set) var excess: Excess?
    private var headBytes = 0
    private var receivedBytes = 0
    private let cancellation: Cancellation

    init(_ cancellation: Cancellation) {
        self.cancellation = cancellation
    }

    /// Prepares for the next request.
    func reset() {
        body.removeAll(keepingCapacity: true)
        (excess, headBytes, receivedBytes) = (nil, 0, 0)
    }

    /// Appends a part of the body. Returns false to end the transfer.
    func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard body.count + bytes.count <= AccrualAnswer.bodyBytesMax else { return end(.body) }
        body.append(contentsOf: bytes)
        return true
    }

    /// Counts a line of a head or a trailer. Returns false to end the transfer.
    func takeHead(bytes count: Int) -> Bool {
        headBytes += count
        return headBytes <= Self.headBytesMax || end(.head)
    }

    /// Counts bytes as they arrive from the connection. If there are too many, the transfer ends the next time that
    /// libcurl asks (``hasToEnd``).
    func noteReceived(bytes count: Int) {
        receivedBytes += count
        if receivedBytes > Self.receivedBytesMax { _ = end(.received) }
    }

    /// True if the transfer has to end. libcurl asks between the parts of a response, and at least once a second
    /// (CURLOPT_XFERINFOFUNCTION(3)).
    var hasToEnd: Bool { excess != nil || cancellation.isCancelled }

    private func end(_ excess: Excess) -> Bool {
        self.excess = self.excess ?? excess
        return false
    }
}

extension CurlExchange.Excess {
    /// The text for the log.
    var reason: String {
        switch self {
        case .head: "an answer with over \(CurlExchange.headBytesMax) bytes of header fields"
        case .body: "an answer of over \(AccrualAnswer.bodyBytesMax) bytes"
        case .received: "an answer that takes over \(CurlExchange.receivedBytesMax) bytes to send"
        }
    }
}
