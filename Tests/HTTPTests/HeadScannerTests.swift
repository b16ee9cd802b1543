import Testing

@testable import HTTP

@Suite struct HeadScannerTests {
    private static func buffer(_ bytes: some Collection<UInt8>) -> InputBuffer {
        var buffer = InputBuffer()
        buffer.append(ArraySlice(bytes))
        return buffer
    }

    /// After each arrival the bytes already looked at are swapped for ones that no head may have, but for the last, which
    /// may be half a line end: a scanner that looked at one again would refuse it.
    @Test(arguments: [
        "\(get)A: b↵↵", "\(get)\(String(repeating: "A: b↵", count: 99))↵",
        "GET /\(String(repeating: "x", count: 500)) HTTP/1.1↵A: \(String(repeating: "y", count: 500))↵↵",
    ])
    func looksAtEachByteOnce(head: String) throws {
        let head = bytes(head)
        for step in [1, 2, 3, 7, 64] {
            var scanner = HeadScanner(limits: Limits())
            var length: Int?
            for count in stride(from: step, to: head.count + step, by: step) {
                let seen = max(0, count - step - 1)
                let bytes = [UInt8](repeating: 0, count: seen) + head[seen..<min(count, head.count)]
                var input = Self.buffer(bytes)
                #expect(length == nil)
                length = try scanner.scan(&input)
                #expect(input.count == bytes.count)
            }
            #expect(length == head.count, "\(step) at a time")
        }
    }

    private static let ends: [(text: String, emptyLineBytes: Int, length: Int?)] = [
        ("GET↵↵", 0, 7), ("GET↵↵↵↵", 0, 7), ("A↵B↵↵C↵↵", 0, 8), ("↵GET↵↵", 2, 7), ("↵↵↵A↵↵↵", 6, 5),
        ("↵↵A↵ ↵↵", 4, 8), ("", 0, nil), ("A↵", 0, nil), ("A↵\r", 0, nil), ("↵", 2, nil), ("↵\r", 2, nil),
        ("↵↵A", 4, nil), ("\r", 0, nil),
    ]

    /// Where a head ends and what it is preceded by, whatever is behind it.
    @Test(arguments: ends)
    func findsTheEnd(text: String, emptyLineBytes: Int, length: Int?) throws {
        let bytes = bytes(text)
        var input = Self.buffer(bytes)
        var scanner = HeadScanner(limits: Limits())
        #expect(try scanner.scan(&input) == length)
        #expect(bytes.count - input.count == emptyLineBytes)
    }
}
