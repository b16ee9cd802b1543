import HTTP

extension Request {
    /// The path's last segment, its percent-encodings undone (RFC 3986, section 2.1); nil where that is not UTF-8.
    package var lastSegment: String? {
        let path = path
        var rest = path[(path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? path.startIndex)...]
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            // The parser takes no target with half an encoding.
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "%"), let value = UInt8(digits, radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
