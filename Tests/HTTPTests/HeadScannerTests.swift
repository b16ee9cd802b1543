import Testing

@testable import HTTP

@Suite struct HeadScannerTests {
    /// After each arrival, the bytes that were looked at are replaced by bytes that no head may contain, except for the
    /// last one, which may be half a line end. A scanner that looked at a byte again would refuse it.
    @Test(arguments: [
        "\(get)A: b↵↵", "↵↵↵\(get)↵", "\(get)\(String(repeating: "A: b↵", count: 99))↵",
        "GET /\(String(repeating: "x", count: 500)) HTTP/1.1↵A: \(String(repeating: "y", count: 500))↵↵",
    ])
    func looksAtEachByteOnce(head: String) throws {
        let head = bytes(head)
        for step in [1, 2, 3, 7, 30, 64] {
            var scanner = HeadScanner(limits: Limits())
            var length: Int?
            var consumed = 0
            for seen in stride(from: 0, to: head.count, by: step) {
                #expect(length == nil)
                let poisoned = [UInt8](repeating: 0, count: max(0, seen - 1 - consumed))
                var input = InputBuffer()
                input.append(poisoned + head[(consumed + poisoned.count)..<min(seen + step, head.count)])
                let count = input.count
                length = try scanner.scan(&input)
                consumed += count - input.count
            }
            #expect(length.map { $0 + consumed } == head.count, "\(step) at a time")
        }
    }

    private static let ends: [(text: String, emptyLineBytes: Int, length: Int?)] = [
        ("GET↵↵", 0, 7), ("GET↵↵↵↵", 0, 7), ("A↵B↵↵C↵↵", 0, 8), ("↵GET↵↵", 2, 7), ("↵↵↵A↵↵↵", 6, 5),
        ("↵↵A↵ ↵↵", 4, 8), ("", 0, nil), ("A↵", 0, nil), ("A↵\r", 0, nil), ("↵", 2, nil), ("↵\r", 2, nil),
        ("↵↵A", 4, nil), ("\r", 0, nil),
    ]

    /// The end of a head and the empty lines before it do not depend on the bytes after it.
    @Test(arguments: ends)
    func findsTheEnd(text: String, emptyLineBytes: Int, length: Int?) throws {
        let bytes = bytes(text)
        var input = InputBuffer()
        input.append(bytes[...])
        var scanner = HeadScanner(limits: Limits())
        #expect(try scanner.scan(&input) == length)
        #expect(bytes.count - input.count == emptyLineBytes)
    }
}
