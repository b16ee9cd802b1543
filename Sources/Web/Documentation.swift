import HTTP
import OpenAPI
import Pages
import Synchronization

/// The description of an API for programs (OpenAPI) and for people (a page). It is written once, from the API's routes,
/// when the first client asks.
///
/// All event loops share it: their routes read through different connections, but are described alike.
package final class Documentation: Sendable {
    fileprivate struct Written: Sendable {
        let document: PrerenderedResponse
        let page: PrerenderedResponse

        init(_ document: Document) {
            self.document = PrerenderedResponse(contentType: "application/json", document.json)
            page = PrerenderedResponse(
                contentType: "text/html; charset=utf-8",
                document.html(in: String(decoding: Documentation.template.document, as: UTF8.self)),
                fields: [
                    Response.Field(
                        name: "Content-Security-Policy", value: PrerenderedPage.contentSecurityPolicy),
                    Response.Field(name: "Referrer-Policy", value: "no-referrer"),
                    Response.Field(name: "Cross-Origin-Opener-Policy", value: "same-origin"),
                ])
        }
    }

    /// The head of the page, with its script and its style sheet, and an empty body.
    fileprivate static let template = Page("Docs", of: PageFile.all.filter { $0.folder == "Docs" })
    /// The script and the style sheet, which are the same for all APIs.
    fileprivate static let files = PrerenderedPage(template)

    private let describe: @Sendable ([Endpoint]) -> Document
    private let written = Mutex<Written?>(nil)

    /// - Parameter describe: the description of the API with these endpoints.
    package init(_ describe: @escaping @Sendable (_ endpoints: [Endpoint]) -> Document) {
        self.describe = describe
    }

    /// Event loops that ask at the same time wait for the first, which takes a few milliseconds.
    fileprivate func written(of endpoints: () -> [Endpoint]) -> Written {
        written.withLock { written in
            if let written { return written }
            let made = Written(describe(endpoints()))
            written = made
            return made
        }
    }
}

/// The routes that serve the documentation of an API. The documentation describes them, too.
package struct DocumentationRoutes {
    private let documentation: Documentation
    private let described: [Route]
    private let isHostChecked: Bool

    /// - Parameter isHostChecked: true if any request may be refused for its `Host`.
    package init(of documentation: Documentation, describing routes: [Route], isHostChecked: Bool = false) {
        (self.documentation, described, self.isHostChecked) = (documentation, routes, isHostChecked)
    }

    /// The routes of the two documents, which describe themselves, and of the files that the page loads.
    package var routes: [Route] { documents + Documentation.files.fileRoutes }

    private var documents: [Route] {
        [
            Route(.get, "/openapi.json", .document, for: .everyone, reuse: .prerendered) { call in
                .now(written.document.response(to: call.request))
            },
            Route(.get, "/docs", .page, for: .everyone, reuse: .prerendered) { call in
                .now(written.page.response(to: call.request))
            },
        ]
    }

    private var written: Documentation.Written {
        documentation.written { (described + documents).map { $0.endpoint(isHostChecked: isHostChecked) } }
    }
}
