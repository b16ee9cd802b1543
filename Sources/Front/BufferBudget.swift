/// The memory of a loop's buffers, and the limits on it.
///
/// Connections whose requests are incomplete or not answered yet, or whose clients don't read their responses, hold
/// memory. If all of them together hold too much, or those of one client do, each connection ends that needs more than
/// is guaranteed to every connection.
struct BufferBudget {
    private let bytesMax: Int
    private let bytesPerAddressMax: Int
    private(set) var bytes = 0

    init(_ configuration: FrontConfiguration) {
        bytesMax = configuration.bufferedBytesMax / configuration.eventLoops
        bytesPerAddressMax = bytesMax / FrontConfiguration.addressesThatFillBuffers
    }

    /// A buffer of a client's connection has grown, or has become smaller.
    mutating func change(by difference: Int, of share: ClientShare) {
        bytes += difference
        share.heldBytes += difference
    }

    /// Returns true if all buffers, or those of the client, exceed their limit. A proxy's buffers belong to many
    /// clients.
    func areTooLarge(of share: ClientShare) -> Bool {
        bytes > bytesMax || !share.turns.isOfProxy && share.heldBytes > bytesPerAddressMax
    }
}
