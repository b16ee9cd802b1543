import CZlib

/// zlib's deflate, which writes gzip members (RFC 1952).
struct Deflater: ~Copyable {
    /// The stream stays at one address from deflateInit to deflateEnd, because zlib's state points back at it.
    private let stream: UnsafeMutablePointer<z_stream>
    /// True if zlib may hold bytes of earlier calls.
    private var keepsBytes = false

    /// The largest input of one call. zlib counts in 32 bits.
    static let inputBytesMax = 1 << 30
    /// zlib's default, which its manual recommends as a compromise between memory and speed.
    private static let memoryLevel: CInt = 8

    /// - Parameter level: 1 (quickest) to 9 (smallest).
    init(level: Int) {
        precondition((1...9).contains(level), "level must be 1…9")
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let code = deflateInit2_(
            stream, CInt(level), Z_DEFLATED, Zlib.gzipWindowBits, Self.memoryLevel, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Zlib.streamBytes)
        precondition(code == Z_OK, "deflateInit2 failed: zlib must have memory, and the version of its header")
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Discards the input so far. The next bytes begin a new member.
    mutating func reset() {
        deflateReset(stream)
        keepsBytes = false
    }

    /// The compressed bytes that are ready after `bytes` went in. They may be empty unless `ends` is true.
    ///
    /// - Parameter ends: true if `bytes` are the last of the member.
    mutating func deflate(_ bytes: [UInt8], ends: Bool) -> [UInt8] {
        precondition(bytes.count <= Self.inputBytesMax, "bytes must not exceed inputBytesMax")
        let outputBytesMax = Int(deflateBound(stream, uLong(bytes.count))) + (keepsBytes ? Self.keptBytesMax : 0)
        keepsBytes = !ends
        return [UInt8](unsafeUninitializedCapacity: outputBytesMax) { output, count in
            bytes.withUnsafeBufferPointer { input in
                // The declaration of zlib lacks a const here; deflate only reads its input.
                stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.pointee.avail_in = uInt(bytes.count)
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = uInt(outputBytesMax)
                let code = CZlib.deflate(stream, ends ? Z_FINISH : Z_NO_FLUSH)
                // Z_BUF_ERROR means that there was nothing to do.
                precondition(
                    ends ? code == Z_STREAM_END : code == Z_OK || code == Z_BUF_ERROR,
                    "the output must have room for all compressed bytes")
                precondition(stream.pointee.avail_in == 0, "the output must have room for all compressed bytes")
            }
            count = outputBytesMax - Int(stream.pointee.avail_out)
        }
    }

    /// An upper bound of the window and the pending buffer at this memory level (zconf.h, "memory requirements for
    /// deflate").
    private static let keptBytesMax = 128 * 1024
}
