import HTTP

extension Request {
    /// The last segment of the path without percent-encoding (RFC 3986, section 2.1); `nil` if it is not UTF-8.
    package var lastSegment: String? {
        let path = path
        var rest = path[(path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? path.startIndex)...]
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            // The parser refuses a target with half an encoding.
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
