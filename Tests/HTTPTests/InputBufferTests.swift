import TestSupport
import Testing

@testable import HTTP

@Suite struct InputBufferTests {
    /// The number of read bytes that are kept.
    private static let readBytesMax = 16 * 1024

    /// The model is an array from whose beginning bytes are removed.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func holdsUnreadBytes(seed: UInt64) {
        var generator = SeededRandom(seed: seed)
        var buffer = InputBuffer()
        var model: [UInt8] = []
        for _ in 0..<300 {
            if Bool.random(using: &generator) {
                let sizeMax = [10, 1_000, 20_000].randomElement(using: &generator)!
                let count = Int.random(in: 0...sizeMax, using: &generator)
                let received = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
                buffer.append(received[(received.count / 3)...])
                model += received[(received.count / 3)...]
            } else {
                let count = Int.random(in: 0...model.count, using: &generator)
                buffer.consume(count)
                model.removeFirst(count)
            }
            #expect(buffer.count == model.count)
            #expect(buffer.isEmpty == model.isEmpty)
            #expect(buffer.start < Self.readBytesMax)
            #expect(buffer.bytes.count < model.count + Self.readBytesMax)
            guard let index = model.indices.randomElement(using: &generator) else { continue }
            #expect(buffer[index] == model[index])
            #expect(buffer.slice(index..<model.count) == model[index...])
            #expect(buffer.slice(0..<index) == model[..<index])
        }
    }

    /// An idle connection frees the memory of a large request, and keeps the memory that a request of the usual size
    /// needs.
    @Test(arguments: [(10, true), (2_000, true), (5_000, false), (100_000, false)])
    func keepsALittleMemory(count: Int, isKept: Bool) {
        var buffer = InputBuffer()
        buffer.append([UInt8](repeating: 0, count: count)[...])
        buffer.consume(count)
        #expect(buffer.isEmpty)
        #expect(isKept ? buffer.bytes.capacity >= count : buffer.bytes.capacity <= 2_048)
        buffer.append([UInt8](repeating: 0, count: count)[...])
        buffer.removeAll()
        #expect(buffer.isEmpty)
        #expect(isKept ? buffer.bytes.capacity >= count : buffer.bytes.capacity <= 2_048)
    }

    @Test func consumingTooManyBytesTraps() async {
        await #expect(processExitsWith: .failure) {
            var buffer = InputBuffer()
            buffer.append([1, 2, 3])
            buffer.consume(4)
        }
        await #expect(processExitsWith: .failure) {
            var buffer = InputBuffer()
            buffer.append([1, 2, 3])
            buffer.consume(-1)
        }
    }
}
