/// The known request methods (RFC 9110, section 9; RFC 5789; QUERY of the IANA registry). The response to any other
/// method is 501, and so is that to CONNECT, which only a proxy implements.
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

    /// Parses a method's name. Letter case matters: `get` is not a method (RFC 9110, section 9.1).
    init?(_ bytes: ArraySlice<UInt8>) {
        guard let method = Self.allCases.first(where: { bytes.equals($0.name) }) else { return nil }
        self = method
    }
}
