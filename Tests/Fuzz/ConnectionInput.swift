@testable import HTTP

/// An input of the HTTP targets: four bytes that say how the parser is used, and the bytes of the connection.
struct ConnectionInput {
    /// Small limits if the first byte's lowest bit is set.
    let limits: Limits
    /// True if the bytes are repeated until the buffer has to drop read bytes; the first byte's second bit.
    let isLong: Bool
    /// The sizes of the pieces, which are used in turn; the next three bytes.
    private let pieceSizes: [Int]
    let bytes: [UInt8]

    /// Returns `nil` if there are fewer than four bytes.
    init?(_ input: [UInt8]) {
        guard input.count >= 4 else { return nil }
        limits = input[0] & 1 == 0 ? Limits() : Self.smallLimits
        isLong = input[0] & 2 != 0
        pieceSizes = input[1..<4].map { Int($0) + 1 }
        bytes = Array(input[4...])
    }

    /// Divides bytes into pieces of this input's sizes.
    func torn(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(pieceSizes[pieces.count % pieceSizes.count])
            pieces.append(piece)
            rest = rest[piece.endIndex...]
        }
        return pieces
    }

    /// Limits that short inputs reach, and that leave room for a few fields and chunks.
    private static let smallLimits: Limits = {
        var limits = Limits()
        limits.requestLineBytesMax = 32
        limits.headBytesMax = 128
        limits.headFieldsMax = 4
        limits.bodyBytesMax = 16
        limits.chunkLineBytesMax = 16
        limits.chunkExtensionsBytesMax = 24
        limits.trailersBytesMax = 32
        return limits
    }()
}
