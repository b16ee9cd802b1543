/// The request methods we know (RFC 9110, section 9; RFC 5789; QUERY of the IANA registry). Any other, and CONNECT, which
/// only a proxy implements, is answered with 501.
package enum Method: Int, Sendable, CaseIterable {
    case get, head, post, put, delete, patch, options, trace, query

    package var name: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .delete: "DELETE"
        case .patch: "PATCH"
        case .options: "OPTIONS"
        case .trace: "TRACE"
        case .query: "QUERY"
        }
    }

    /// Case counts: `get` is no method (RFC 9110, section 9.1).
    init?(_ bytes: ArraySlice<UInt8>) {
        guard let method = Self.allCases.first(where: { bytes.equals($0.name) }) else { return nil }
        self = method
    }
}
