/// Why a request could not be read. It is answered once, and the connection closed: what follows is never read as a
/// request, since nobody knows any longer where the next one begins.
package struct RequestError: Error, Equatable, Sendable {
    package let status: Status
    /// A sentence for the client.
    package let detail: String
    /// The client's own, where the head could be read so far.
    package private(set) var requestID: RequestID?
    /// What `Origin` says, where the head could be read so far and says it once.
    package private(set) var origin: [UInt8]?

    package init(_ status: Status, _ detail: String) {
        self.status = status
        self.detail = detail
    }

    /// The same, of a request with these fields.
    package func of(_ headers: Headers?) -> RequestError {
        guard let headers else { return self }
        var error = self
        error.requestID = RequestID(of: headers)
        let origins = headers.all("origin")
        if origins.count == 1 { error.origin = Array(origins[0]) }
        return error
    }
}
