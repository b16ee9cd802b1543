import HTTP
import Pages

/// A page with its files, written out once for all event loops of a server.
package struct PrerenderedPage: Sendable {
    /// Nothing is loaded from other hosts, no script or style is written into the HTML, no script makes HTML of text
    /// (Trusted Types), and no other page can show this one in a frame. Forms are sent by scripts.
    ///
    /// Icons are `data:` images, since their colour is the shop's.
    static let contentSecurityPolicy = """
        default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
        form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
        trusted-types 'none'
        """

    /// Any cache may keep the response for a year without asking, the longest time that caches know (RFC 9111, section
    /// 5.2.2.1; RFC 8246).
    static let immutableCaching = "public, max-age=31536000, immutable"

    private static let fields = [
        ("Content-Security-Policy", contentSecurityPolicy), ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        // The camera reads barcodes.
        ("Permissions-Policy", "camera=(self), geolocation=(), microphone=(), payment=(), usb=()"),
    ].map { Response.Field(name: $0.0, value: $0.1) }

    private let document: PrerenderedResponse
    /// The files by their addresses. A slice of a request is looked up without a copy.
    private let files: [ArraySlice<UInt8>: PrerenderedResponse]
    /// The paths of the files' routes: one for each folder. Metrics name them without the hash, so that a series does
    /// not end with a version.
    private let paths: [(path: String, shown: String)]

    package init(_ page: Page) {
        document = PrerenderedResponse(contentType: "text/html; charset=utf-8", page.document, fields: Self.fields)
        let files = page.files.map { file in
            let response = PrerenderedResponse(
                contentType: file.mediaType, file.bytes, caching: Self.immutableCaching)
            return (Array(page.address(of: file).utf8)[...], response)
        }
        self.files = Dictionary(uniqueKeysWithValues: files)
        paths = page.folders.sorted().map { ("\(page.base)\($0)/{file}", "/pages/{hash}/\($0)/{file}") }
    }

    /// The routes of the page and its files.
    package var routes: [Route] {
        [Route(.get, "/", for: .everyone, reuse: .prerendered) { call in .now(document.response(to: call.request)) }]
            + fileRoutes
    }

    /// The routes of the files.
    var fileRoutes: [Route] {
        paths.map { path, shown in
            Route(.get, path, for: .everyone, reuse: .prerendered, shownPath: shown) { (call) throws(Problem) in
                guard let file = files[call.request.path] else {
                    throw Problem(.unknownPath, "There is nothing at this path.")
                }
                return .now(file.response(to: call.request))
            }
        }
    }
}
