import Gzip
import HTTP
import Hashing

/// A response that is the same for every client, written out once, plain and packed.
package struct PrerenderedResponse: Sendable {
    /// Anyone may keep the response, but has to ask before using it again (RFC 9111, section 5.2.2.4).
    private static let cachingByDefault = Response.Field.caching("no-cache")
    private static let nosniff = Response.Field(name: "X-Content-Type-Options", value: "nosniff")
    /// zlib's best: it is packed once, and sent often.
    private static let compressionLevel = 9

    private let contentType: String
    private let plain: [UInt8]
    private let packed: [UInt8]
    private let fields: [Response.Field]
    private let caching: Response.Field
    /// The state that the entity tag names.
    private let state: UInt64

    /// - Parameters:
    ///   - fields: further fields of a 200.
    ///   - caching: the value of `Cache-Control`; `nil` for `no-cache`.
    package init(contentType: String, _ bytes: [UInt8], fields: [Response.Field] = [], caching: String? = nil) {
        (self.contentType, self.fields) = (contentType, fields)
        self.caching = caching.map { .caching($0) } ?? Self.cachingByDefault
        plain = bytes
        state = FNV1a.hash64(bytes)
        packed = GzipCompressor(level: Self.compressionLevel).compress(bytes)
    }

    /// 200 in the form that the client prefers, or 304 if it has the bytes already.
    package func response(to request: Request) -> Response {
        let tag = EntityTag(state: state, variation: .acceptEncoding).text
        if let condition = IfNoneMatch(request.headers), condition.isAny || condition.tag(of: state) != nil {
            return .notModified(tag: tag, vary: "Accept-Encoding", caching: caching)
        }
        var response = Response(.ok, contentType: contentType, .bytes(plain))
        if Preferences.prefersGzip(request.headers) { response.replaceBody(.bytes(packed), coding: "gzip") }
        response.vary(by: "Accept-Encoding")
        response.add("ETag", tag)
        response.add(caching)
        response.add(Self.nosniff)
        for field in fields { response.add(field) }
        return response
    }
}
