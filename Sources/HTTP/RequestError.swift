/// Why a request could not be read. It is answered once, and the connection closed: what follows is never read as a
/// request, since nobody knows any longer where the next one begins.
package struct RequestError: Error, Equatable, Sendable {
    package let status: Status
    /// A sentence for the client.
    package let detail: String

    package init(_ status: Status, _ detail: String) {
        self.status = status
        self.detail = detail
    }
}
