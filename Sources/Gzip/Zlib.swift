import CZlib

/// Constants that zlib.h defines as macros, which Swift does not import.
enum Zlib {
    /// The largest window, 32 KiB, with gzip's header and trailer instead of zlib's.
    static let gzipWindowBits: CInt = 15 + 16
    static let streamBytes = CInt(MemoryLayout<z_stream>.size)
    /// The first two bytes of every member (RFC 1952, section 2.3.1).
    static let gzipMagic: [UInt8] = [0x1F, 0x8B]
}
