import CZlib
import Posix

/// Packs data with gzip (RFC 1952), one whole piece after the other, on the thread of its first use.
///
/// Each piece stands alone. What is reused from one to the next is zlib's state, 256 KiB that would otherwise be
/// allocated and cleared for each answer.
@safe package final class GzipCompressor {
    /// At one address from deflateInit to deflateEnd: zlib's state points back at it.
    private let stream: UnsafeMutablePointer<z_stream>
    private var thread: ThreadIdentity?

    /// What one piece may hold: zlib counts it in 32 bits.
    package static let inputBytesMax = 1 << 30
    /// zlib's own default, where its manual has the best use of memory for the speed.
    private static let memoryLevel: CInt = 8

    /// - Parameter level: 1 (quickest) to 9 (smallest).
    package init(level: Int) {
        precondition((1...9).contains(level), "zlib packs at levels 1 to 9")
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let code = deflateInit2_(
            stream, CInt(level), Z_DEFLATED, Zlib.gzipWindowBits, Self.memoryLevel, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Zlib.streamBytes)
        precondition(code == Z_OK, "zlib has memory for its state, and is the version it was built for")
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// One gzip member that unpacks to `bytes`, at most ``inputBytesMax`` of them; the same for the same bytes.
    package func compress(_ bytes: [UInt8]) -> [UInt8] {
        precondition(bytes.count <= Self.inputBytesMax, "a piece fits zlib's counters")
        assertThread()
        deflateReset(stream)
        let packedBytesMax = Int(deflateBound(stream, uLong(bytes.count)))
        return [UInt8](unsafeUninitializedCapacity: packedBytesMax) { output, packedCount in
            bytes.withUnsafeBufferPointer { input in
                // zlib's interface lacks a const here; deflate only reads its input.
                stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.pointee.avail_in = uInt(bytes.count)
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = uInt(packedBytesMax)
                let code = deflate(stream, Z_FINISH)
                precondition(code == Z_STREAM_END, "deflateBound says how much room everything needs")
            }
            packedCount = packedBytesMax - Int(stream.pointee.avail_out)
        }
    }

    private func assertThread() {
        guard let thread else {
            self.thread = .current
            return
        }
        precondition(thread.isCurrent, "a compressor stays on the thread of its first use")
    }
}
