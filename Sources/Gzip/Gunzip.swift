import CZlib

/// Unpacks gzip data (RFC 1952) that is in memory as a whole.
package enum Gunzip {
    package enum UnpackError: Error, Equatable, Sendable {
        case broken(Fault)
        /// The content is larger than the caller's limit. Unpacking stopped at the limit.
        case tooLarge
    }

    package enum Fault: Equatable, Sendable {
        /// A header, the compressed data, a checksum or a length is invalid.
        case malformed
        /// The data ends before the end of its last member.
        case truncated
        /// The bytes after a member don't begin another one.
        case trailingGarbage
    }

    /// The content of all members of `packed`, one after the other (RFC 1952, section 2.2). The memory in use stays
    /// within about twice the limit, however large the content is.
    ///
    /// - Parameter outputBytesMax: the largest content.
    /// - Throws: `UnpackError`.
    package static func unpack(_ packed: [UInt8], outputBytesMax: Int) throws(UnpackError) -> [UInt8] {
        precondition(outputBytesMax >= 0, "outputBytesMax must not be negative")
        var inflater = Inflater(outputBytesMax: outputBytesMax)
        return try inflater.unpack(packed)
    }
}

/// One run of zlib's inflate, with its output buffer.
private struct Inflater: ~Copyable {
    /// The stream stays at one address from inflateInit to inflateEnd, because zlib's state points back at it.
    private let stream: UnsafeMutablePointer<z_stream>
    private let outputBytesMax: Int
    private var output: [UInt8] = []
    private var outputCount = 0

    /// The size of the first output buffer, unless the limit is smaller. Most requests fit into it.
    private static let firstOutputBytes = 16 * 1024
    /// The largest input of one call of inflate. zlib counts in 32 bits.
    private static let inputBytesPerCallMax = 1 << 30

    init(outputBytesMax: Int) {
        self.outputBytesMax = outputBytesMax
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let code = inflateInit2_(stream, Zlib.gzipWindowBits, ZLIB_VERSION, Zlib.streamBytes)
        precondition(code == Z_OK, "inflateInit2 failed: zlib must have memory, and the version of its header")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    mutating func unpack(_ packed: [UInt8]) throws(Gunzip.UnpackError) -> [UInt8] {
        var index = 0
        repeat {
            try unpackMember(of: packed, from: &index)
        } while index < packed.count
        output.removeLast(output.count - outputCount)
        return output
    }

    /// Unpacks the member that begins at `index`, and moves `index` to the byte after it.
    private mutating func unpackMember(of packed: [UInt8], from index: inout Int) throws(Gunzip.UnpackError) {
        if index > 0 {
            guard Self.beginsMember(packed[index...]) else { throw .broken(.trailingGarbage) }
            inflateReset(stream)
        }
        while true {
            // A member ends with its checksum. If the input is used up before Z_STREAM_END, a part of the member is
            // missing.
            guard index < packed.count else { throw .broken(.truncated) }
            if outputCount == output.count { try growOutput() }
            switch step(packed, &index) {
            case Z_STREAM_END:
                guard outputCount <= outputBytesMax else { throw .tooLarge }
                return
            case Z_OK: continue
            case Z_MEM_ERROR: preconditionFailure("inflate must have memory for its window")
            default: throw .broken(.malformed)
            }
        }
    }

    /// Calls inflate once, from `index` into the free part of the output buffer.
    private mutating func step(_ packed: [UInt8], _ index: inout Int) -> CInt {
        let readable = min(packed.count - index, Self.inputBytesPerCallMax)
        let writable = output.count - outputCount
        let code = packed.withUnsafeBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                // The declaration of zlib lacks a const here; inflate only reads its input.
                stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress! + index)
                stream.pointee.avail_in = uInt(readable)
                stream.pointee.next_out = output.baseAddress! + outputCount
                stream.pointee.avail_out = uInt(writable)
                return inflate(stream, Z_NO_FLUSH)
            }
        }
        index += readable - Int(stream.pointee.avail_in)
        outputCount += writable - Int(stream.pointee.avail_out)
        return code
    }

    private mutating func growOutput() throws(Gunzip.UnpackError) {
        // The buffer has room for one byte more than the limit, which shows whether the content exceeds the limit.
        guard outputCount <= outputBytesMax else { throw .tooLarge }
        let (ceiling, overflow) = outputBytesMax.addingReportingOverflow(1)
        let wanted = max(Self.firstOutputBytes, output.count * 2)
        let count = min(wanted, overflow ? .max : ceiling, output.count + Self.inputBytesPerCallMax)
        output.append(contentsOf: repeatElement(0, count: count - output.count))
    }

    private static func beginsMember(_ rest: ArraySlice<UInt8>) -> Bool {
        rest.starts(with: Zlib.gzipMagic.prefix(rest.count))
    }
}
