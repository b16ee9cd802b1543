/// A request that was read and framed as a whole.
package struct Request: Sendable {
    package let method: Method
    /// The path and query as they were sent, percent-encoding kept; `/` where an absolute-form target names none, `*` for
    /// the server as a whole (RFC 9112, section 3.2).
    package let target: ArraySlice<UInt8>
    /// The host and port that are asked: those of an absolute-form target, else those of Host (RFC 9112, section 3.2.2).
    package let host: ArraySlice<UInt8>?
    /// False for HTTP/1.0.
    package let isHTTP11: Bool
    package let headers: Headers
    package internal(set) var body: [UInt8] = []
    /// Whether the client lets the connection live on (RFC 9112, section 9.3).
    package let keepsAlive: Bool
    /// Who is at the other end of the connection: the client, or the last of the proxies before it. Who has the connection says
    /// so.
    package var peer = IPAddress.unspecified

    /// The target up to the query.
    package var path: ArraySlice<UInt8> {
        target.prefix { $0 != UInt8(ascii: "?") }
    }
}

extension Request {
    /// The value of a cookie by this name, the first where several have it (RFC 6265, section 5.4).
    package func cookie(_ name: String) -> ArraySlice<UInt8>? {
        for field in headers.all("cookie") {
            for pair in field.split(separator: UInt8(ascii: ";")) {
                let pair = pair.trimmed
                guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { continue }
                if pair[..<equals].equals(name) { return pair[(equals + 1)...] }
            }
        }
        return nil
    }
}
