import Gzip

/// Unpacking gzip data. The content never exceeds the limit, a limit above the content has no effect, and data that was
/// cut, or that has more bytes after it, is recognized.
///
/// The first byte is a small limit. If the second byte is even, the rest is gzip data. Few changes of such data leave
/// its checksum correct; so if the second byte is odd, the rest describes the content to compress: two bytes for each
/// run.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = copy(start, count)
    guard input.count >= 2 else { return 0 }
    if input[1] % 2 == 0 {
        check(Array(input[2...]), smallLimit: Int(input[0]))
    } else {
        checkPacking(runs: input[2...], smallLimit: Int(input[0]))
    }
    return 0
}

private enum Outcome: Equatable {
    case content([UInt8])
    case failed(Gunzip.UnpackError)

    init(_ packed: [UInt8], _ outputBytesMax: Int) {
        do {
            let content = try Gunzip.unpack(packed, outputBytesMax: outputBytesMax)
            require(content.count <= outputBytesMax, "no more comes out than is allowed")
            self = .content(content)
        } catch {
            self = .failed(error)
        }
    }
}

/// The size of the largest content, for which the buffer grows twice.
private let outputBytesMax = 100_000

private func check(_ packed: [UInt8], smallLimit: Int) {
    let outcome = Outcome(packed, outputBytesMax)
    require(Outcome(packed, outputBytesMax) == outcome, "the same data are unpacked the same")
    let limited = Outcome(packed, smallLimit)
    switch outcome {
    case .content(let content):
        require(limited == (content.count <= smallLimit ? outcome : .failed(.tooLarge)), "a limit is exact")
        check(content, of: packed)
    case .failed(.tooLarge):
        require(limited == outcome, "what is too large is so for a smaller limit too")
    case .failed:
        // The fault that zlib finds first may depend on the size of its buffer.
        if case .content = limited { require(false, "a limit mends nothing") }
    }
}

/// - Parameter packed: complete gzip data that unpacks to `content`.
private func check(_ content: [UInt8], of packed: [UInt8]) {
    let count = content.count
    require(Outcome(packed, count) == .content(content), "content at the limit is not too large")
    if count > 0 { require(Outcome(packed, count - 1) == .failed(.tooLarge), "content over the limit is too large") }
    let twice = Outcome(packed + packed, 2 * count)
    require(twice == .content(content + content), "members follow one another")
    require(Outcome(packed.dropLast(), count) == .failed(.broken(.truncated)), "what lacks a byte is truncated")
    require(Outcome(packed + packed.dropLast(), 2 * count) == .failed(.broken(.truncated)), "so is a second member")
    let followed = Outcome(packed + [0], count)
    require(followed == .failed(.broken(.trailingGarbage)), "a byte behind the end is garbage")
}

nonisolated(unsafe) private let compressor = GzipCompressor(level: 1)

/// Each run is the value of a byte and the square root of its count, so that a few runs reach each size.
private func checkPacking(runs: ArraySlice<UInt8>, smallLimit: Int) {
    var content: [UInt8] = []
    var rest = runs
    while let value = rest.popFirst(), let root = rest.popFirst(), content.count < outputBytesMax {
        content.append(contentsOf: repeatElement(value, count: Int(root) * Int(root)))
    }
    let packed = compressor.compress(content)
    require(compressor.compress(content) == packed, "the same content is packed the same")
    let outcome = Outcome(packed, content.count)
    require(outcome == .content(content), "what was packed is unpacked")
    check(packed, smallLimit: smallLimit)
}
