import CZlib

/// zlib's deflate, writing gzip members (RFC 1952).
struct Deflater: ~Copyable {
    /// At one address from deflateInit to deflateEnd: zlib's state points back at it.
    private let stream: UnsafeMutablePointer<z_stream>
    /// Whether zlib may keep bytes of earlier calls.
    private var keepsBytes = false

    /// What one call may take: zlib counts in 32 bits.
    static let inputBytesMax = 1 << 30
    /// zlib's own default, where its manual has the best use of memory for the speed.
    private static let memoryLevel: CInt = 8

    /// - Parameter level: 1 (quickest) to 9 (smallest).
    init(level: Int) {
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

    /// Forgets what went in; the next bytes begin a new member.
    mutating func reset() {
        deflateReset(stream)
        keepsBytes = false
    }

    /// What comes out of `bytes`, which may be nothing yet unless it ends here.
    mutating func deflate(_ bytes: [UInt8], ends: Bool) -> [UInt8] {
        precondition(bytes.count <= Self.inputBytesMax, "what goes in fits zlib's counters")
        let outputBytesMax = Int(deflateBound(stream, uLong(bytes.count))) + (keepsBytes ? Self.keptBytesMax : 0)
        keepsBytes = !ends
        return [UInt8](unsafeUninitializedCapacity: outputBytesMax) { output, count in
            bytes.withUnsafeBufferPointer { input in
                // zlib's interface lacks a const here; deflate only reads its input.
                stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.pointee.avail_in = uInt(bytes.count)
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = uInt(outputBytesMax)
                let code = CZlib.deflate(stream, ends ? Z_FINISH : Z_NO_FLUSH)
                // Z_BUF_ERROR: there was nothing to do.
                precondition(ends ? code == Z_STREAM_END : code == Z_OK || code == Z_BUF_ERROR, "there is room for all")
                precondition(stream.pointee.avail_in == 0, "there is room for all")
            }
            count = outputBytesMax - Int(stream.pointee.avail_out)
        }
    }

    /// The window and the pending buffer at this memory level, generously (zconf.h, "memory requirements for deflate").
    private static let keptBytesMax = 128 * 1024
}
