import Posix

/// Packs data with gzip (RFC 1952), one whole piece after the other, on the thread of its first use.
///
/// Each piece stands alone. What is reused from one to the next is zlib's state, 256 KiB that would otherwise be
/// allocated and cleared for each answer.
@safe package final class GzipCompressor {
    private var deflater: Deflater
    private var thread: ThreadIdentity?

    /// What one piece may hold: zlib counts it in 32 bits.
    package static let inputBytesMax = Deflater.inputBytesMax

    /// - Parameter level: 1 (quickest) to 9 (smallest).
    package init(level: Int) {
        deflater = Deflater(level: level)
    }

    /// One gzip member that unpacks to `bytes`, at most ``inputBytesMax`` of them; the same for the same bytes.
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
        precondition(thread.isCurrent, "a compressor stays on the thread of its first use")
    }
}

/// Packs one long piece part by part.
@safe package final class GzipStream {
    private var deflater: Deflater
    private var isFinished = false

    /// - Parameter level: 1 (quickest) to 9 (smallest).
    package init(level: Int) {
        deflater = Deflater(level: level)
    }

    /// What is packed so far; what zlib keeps for later comes out with a later part.
    package func compress(_ part: [UInt8]) -> [UInt8] {
        precondition(!isFinished, "nothing follows the end")
        return deflater.deflate(part, ends: false)
    }

    /// The rest, which ends the gzip member.
    package func finish() -> [UInt8] {
        precondition(!isFinished, "a stream ends once")
        isFinished = true
        return deflater.deflate([], ends: true)
    }
}
