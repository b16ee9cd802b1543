/// Why a request could not be read. It is answered once, and the connection closed: what follows is never read as a
/// request, since nobody knows any longer where the next one begins.
package struct RequestError: Error, Equatable, Sendable {
    package let status: Status
    /// A sentence for the client.
    package let detail: String
    /// The client's own, where the head could be read so far.
    package private(set) var requestID: RequestID?

    package init(_ status: Status, _ detail: String) {
        self.status = status
        self.detail = detail
    }

    /// The same, of a request that the client has given a name, where it has.
    package func of(_ requestID: RequestID?) -> RequestError {
        var error = self
        error.requestID = self.requestID ?? requestID
        return error
    }
}
