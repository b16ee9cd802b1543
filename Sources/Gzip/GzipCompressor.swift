import Posix

/// Compresses pieces of data with gzip (RFC 1952), each of which is a complete gzip member. It has to be used on the
/// thread of its first use.
///
/// It reuses zlib's state for all pieces. Otherwise 256 KiB would be allocated and cleared for each response.
@safe package final class GzipCompressor {
    private var deflater: Deflater
    private var thread: ThreadIdentity?

    /// The largest size of a piece. zlib counts in 32 bits.
    package static let inputBytesMax = Deflater.inputBytesMax

    /// - Parameter level: 1 (quickest) to 9 (smallest).
    package init(level: Int) {
        deflater = Deflater(level: level)
    }

    /// A gzip member that unpacks to `bytes`. The result depends on `bytes` alone.
    ///
    /// - Parameter bytes: at most ``inputBytesMax``.
    package func compress(_ bytes: [UInt8]) -> [UInt8] {
        assertThread()
        deflater.reset()
        return deflater.deflate(bytes, ends: true)
    }

    private func assertThread() {
        guard let thread else {
            self.thread = .current
            return
        }
        precondition(thread.isCurrent, "a compressor must be used on one thread")
    }
}

/// Compresses one gzip member from several parts.
@safe package final class GzipStream {
    private var deflater: Deflater
    private var isFinished = false

    /// - Parameter level: 1 (quickest) to 9 (smallest).
    package init(level: Int) {
        deflater = Deflater(level: level)
    }

    /// The compressed bytes that are ready after `part`. zlib holds the others, and returns them with a later part.
    package func compress(_ part: [UInt8]) -> [UInt8] {
        precondition(!isFinished, "compress must not be called after finish")
        return deflater.deflate(part, ends: false)
    }

    /// The last compressed bytes, which end the gzip member.
    package func finish() -> [UInt8] {
        precondition(!isFinished, "finish must not be called twice")
        isFinished = true
        return deflater.deflate([], ends: true)
    }
}
