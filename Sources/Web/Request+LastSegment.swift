import HTTP

extension Request {
    /// The last segment of the path without percent-encoding (RFC 3986, section 2.1); `nil` if it is not UTF-8.
    package var lastSegment: String? {
        let path = path
        let start = path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? path.startIndex
        return String(validating: Self.decoded(path[start...]), as: UTF8.self)
    }
}
