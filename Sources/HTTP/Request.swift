/// A request that was received completely. The parser also uses it without its body, for a head whose body is to
/// follow.
package struct Request: Sendable {
    package let method: Method
    /// The path and query as they were sent, with percent-encodings; `/` if an absolute-form target has no path, and
    /// `*` for the server as a whole (RFC 9112, section 3.2).
    package let target: ArraySlice<UInt8>
    /// The position in the target of its query, or of its end if there is no query.
    private let pathEnd: Int
    /// The host and port to which the request is addressed: those of an absolute-form target, else the value of Host
    /// (RFC 9112, section 3.2.2). `nil` only in HTTP/1.0.
    package let host: ArraySlice<UInt8>?
    /// False for HTTP/1.0.
    package let isHTTP11: Bool
    package let headers: Headers
    package internal(set) var body: [UInt8] = []
    /// True if the client allows the connection to persist (RFC 9112, section 9.3).
    package let keepsAlive: Bool
    /// The address at the other end of the connection: the client's, or that of the last proxy before the server. The
    /// owner of the connection sets it.
    package var peer = IPAddress.unspecified

    /// The part of the target before the query.
    package var path: ArraySlice<UInt8> { target[..<pathEnd] }

    init(
        method: Method, target: ArraySlice<UInt8>, host: ArraySlice<UInt8>?, isHTTP11: Bool, headers: Headers,
        keepsAlive: Bool
    ) {
        (self.method, self.target, self.host, self.isHTTP11) = (method, target, host, isHTTP11)
        (self.headers, self.keepsAlive) = (headers, keepsAlive)
        pathEnd = target.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex
    }
}

extension Request {
    /// The values of the cookies of this name for which `isWanted` returns true, in the order of the request and
    /// without repetitions.
    ///
    /// Clients of RFC 2109 and 2965, such as the JDK's, put values into quotes and send `$Version` and `$Path` as if
    /// they were cookies. The quotes are removed from a value, and the other two are cookies of other names.
    ///
    /// - Parameter countMax: the largest number of values.
    package func cookies(
        _ name: String, countMax: Int, isWanted: (ArraySlice<UInt8>) -> Bool = { _ in true }
    ) -> [ArraySlice<UInt8>] {
        guard headers[.cookie] != nil else { return [] }
        var values: [ArraySlice<UInt8>] = []
        for field in headers.all(.cookie) {
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
