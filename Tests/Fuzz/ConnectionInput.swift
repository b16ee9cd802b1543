@testable import HTTP

/// An input of the HTTP targets: how the parser is used, in four bytes, and what comes on the connection.
struct ConnectionInput {
    /// Small ones where the first byte's lowest bit is set.
    let limits: Limits
    /// Whether what comes is repeated for so long that the buffer has to give memory back; the first byte's second bit.
    let isLong: Bool
    /// The pieces' sizes, in turn; the next three bytes.
    private let pieceSizes: [Int]
    let bytes: [UInt8]

    /// Nil where there are no four bytes.
    init?(_ input: [UInt8]) {
        guard input.count >= 4 else { return nil }
        limits = input[0] & 1 == 0 ? Limits() : Self.smallLimits
        isLong = input[0] & 2 != 0
        pieceSizes = input[1..<4].map { Int($0) + 1 }
        bytes = Array(input[4...])
    }

    /// Bytes of the connection in this input's pieces.
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

    /// Short inputs come to each of them, and still have room for a few fields and chunks.
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
