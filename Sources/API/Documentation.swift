import Gzip
import HTTP
import OpenAPI
import Synchronization
import Web

/// What one API is, for programs and for people: written out once, from its routes, when somebody asks for the first time.
///
/// All event loops share it; their routes differ in what they read through, and not in what they are.
final class Documentation: Sendable {
    /// An answer to everyone, plain and packed.
    struct Kept: Sendable {
        fileprivate let contentType: String
        fileprivate let plain: [UInt8]
        fileprivate let packed: [UInt8]
        fileprivate let fields: [Response.Field]
        /// Of these bytes, for the entity tag: FNV-1a.
        fileprivate let state: UInt64

        init(contentType: String, _ bytes: [UInt8], fields: [Response.Field] = []) {
            (self.contentType, self.fields) = (contentType, fields)
            plain = bytes
            state = bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
            packed = GzipCompressor(level: 9).compress(bytes)
        }
    }

    struct Written: Sendable {
        let document: Kept
        let page: Kept

        init(_ document: Document) {
            self.document = Kept(contentType: "application/json", document.json)
            page = Kept(
                contentType: "text/html; charset=utf-8", document.html,
                fields: [
                    Response.Field(name: "Content-Security-Policy", value: Document.contentSecurityPolicy),
                    Response.Field(name: "Referrer-Policy", value: "no-referrer"),
                ])
        }
    }

    private let describe: @Sendable ([Endpoint]) -> Document
    private let written = Mutex<Written?>(nil)

    /// - Parameter describe: what the API is besides its endpoints.
    init(_ describe: @escaping @Sendable (_ endpoints: [Endpoint]) -> Document) {
        self.describe = describe
    }

    /// Loops that ask at the same time wait for the first one, a few milliseconds once.
    fileprivate func written(of endpoints: () -> [Endpoint]) -> Written {
        written.withLock { written in
            if let written { return written }
            let made = Written(describe(endpoints()))
            written = made
            return made
        }
    }
}

/// The document and the page of an API. They describe themselves too.
struct DocumentationRoutes {
    /// Public, and asked about again before it is used again.
    private static let caching = "no-cache"

    let documentation: Documentation
    let described: [Route]
    /// Whether each request may be refused for its `Host`.
    let isHostChecked: Bool

    init(of documentation: Documentation, describing routes: [Route], isHostChecked: Bool = false) {
        (self.documentation, described, self.isHostChecked) = (documentation, routes, isHostChecked)
    }

    var routes: [Route] {
        [
            Route(method: .get, path: "/openapi.json", operation: .document, action: .kept { answer($0, \.document) }),
            Route(method: .get, path: "/docs", operation: .page, action: .kept { answer($0, \.page) }),
        ]
    }

    var endpoints: [Endpoint] { (described + routes).map { $0.endpoint(isHostChecked: isHostChecked) } }

    private func answer(_ request: Request, _ which: KeyPath<Documentation.Written, Documentation.Kept>) -> Response {
        let kept = documentation.written { endpoints }[keyPath: which]
        let tag = EntityTag(state: kept.state, variation: .acceptEncoding).text
        if let condition = IfNoneMatch(request.headers), condition.isAny || condition.tag(of: kept.state) != nil {
            return .notModified(tag: tag, vary: "Accept-Encoding", caching: Self.caching)
        }
        let isPacked = Preferences.prefersGzip(request.headers)
        var response = Response(.ok, contentType: kept.contentType, .bytes(kept.plain))
        if isPacked { response.replaceBody(.bytes(kept.packed), coding: "gzip") }
        response.vary(by: "Accept-Encoding")
        response.add("ETag", tag)
        response.add("Cache-Control", Self.caching)
        response.add("X-Content-Type-Options", "nosniff")
        for field in kept.fields { response.add(field.name, field.value) }
        return response
    }
}
