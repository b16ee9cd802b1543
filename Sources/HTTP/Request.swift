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
    /// The values of cookies by this name that `isWanted` takes, in the order of the request and at most `countMax`; equal
    /// values once.
    ///
    /// Clients that know RFC 2109 and 2965, such as the JDK's, put a value into quotes and send `$Version` and `$Path` among the
    /// cookies: a quoted value is its content, and those are cookies of other names.
    package func cookies(
        _ name: String, countMax: Int, isWanted: (ArraySlice<UInt8>) -> Bool = { _ in true }
    ) -> [ArraySlice<UInt8>] {
        guard headers["cookie"] != nil else { return [] }
        var values: [ArraySlice<UInt8>] = []
        for field in headers.all("cookie") {
            for pair in field.split(separator: UInt8(ascii: ";")) {
                guard let equals = pair.firstIndex(of: UInt8(ascii: "=")), pair[..<equals].trimmed.equals(name)
                else { continue }
                let value = Self.unquoted(pair[(equals + 1)...].trimmed)
                guard isWanted(value), !values.contains(value) else { continue }
                values.append(value)
                if values.count == countMax { return values }
            }
        }
        return values
    }

    private static func unquoted(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let quote = UInt8(ascii: "\"")
        guard value.count >= 2, value.first == quote, value.last == quote else { return value }
        return value.dropFirst().dropLast()
    }
}
