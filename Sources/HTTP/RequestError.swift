/// The reason why a request could not be read. The server sends one response and closes the connection: after such an
/// error the beginning of the next request is unknown, so no further bytes are read as a request.
package struct RequestError: Error, Equatable, Sendable {
    package let status: Status
    /// A sentence for the client.
    package let detail: String
    /// The `X-Request-Id` of the client; `nil` if there is none or the head could not be parsed.
    package private(set) var requestID: RequestID?
    /// The value of `Origin`; `nil` if there is not exactly one such field or the head could not be parsed.
    package private(set) var origin: [UInt8]?
    /// True if the method is HEAD: the response has no body (RFC 9110, section 9.3.2). False if the end of the head was
    /// not found.
    package private(set) var isHead = false

    package init(_ status: Status, _ detail: String) {
        self.status = status
        self.detail = detail
    }

    /// This error with the request ID, the origin and the method of the head to which `headers` belong.
    package func of(_ headers: Headers?) -> RequestError {
        guard let headers else { return self }
        var error = self
        error.isHead = headers.bytes.starts(with: "HEAD ".utf8)
        error.requestID = RequestID(of: headers)
        let origins = headers.all(.origin)
        if origins.count == 1 { error.origin = Array(origins[0]) }
        return error
    }
}
