import Eventual
import HTTP
import Loyalty
import Metrics
import OpenAPI
import Web

/// What a server tells those who watch over it: whether it lives, whether it can serve, and its metrics. It shows nothing of
/// any user.
package final class AdminAPI: RequestHandler {
    private let router: Router
    private let crossSiteCheck = CrossSiteCheck(allowedOrigins: [])
    private let hostCheck: HostCheck
    private let contentCoding = ContentCoding(bodyBytesMax: 0)
    private let requestIDs: RequestIDs
    private let didEndBatch: () -> Void
    private let didClose: () -> Void

    /// The field that says which database the server is on, for `martlet healthcheck`: another server may have the port.
    package static let databaseField = "Martlet-Database"

    /// - Parameters:
    ///   - hostNames: names that `Host` may have, besides loopback and IP addresses.
    ///   - database: the value of that field, the same for every process that looks at the file; `nil` for no field.
    ///   - illness: why the server no longer lives, in words; nil where it does.
    ///   - obstacle: why it can't serve now, in words; nil where it can.
    ///   - metrics: writes them all.
    ///   - didEndBatch: ends what the reads of a batch share.
    ///   - didClose: closes what the loop reads through.
    package init(
        hostNames: [String], database: String?, illness: @escaping () -> String?, obstacle: @escaping () -> String?,
        metrics: @escaping (inout MetricsText) -> Void, requestIDs: RequestIDs,
        didEndBatch: @escaping () -> Void, didClose: @escaping () -> Void
    ) {
        router = Router([
            Route(
                method: .get, path: "/healthz", operation: .health,
                action: .open { _ in Self.state(illness(), database) }),
            Route(
                method: .get, path: "/readyz", operation: .readiness,
                action: .open { _ in Self.state(illness() ?? obstacle(), database) }),
            Route(
                method: .get, path: "/metrics", operation: .metrics,
                action: .open { _ in
                    var text = MetricsText()
                    metrics(&text)
                    return Response(.ok, contentType: MetricsText.contentType, .bytes(Array(text.text.utf8)))
                }),
        ])
        hostCheck = HostCheck(names: hostNames)
        self.requestIDs = requestIDs
        self.didEndBatch = didEndBatch
        self.didClose = didClose
    }

    package func bodyBytesMax(of head: Request) -> Int { router.bodyBytesMax(of: head) }

    package func respond(to request: Request) -> Eventual<Response, Never> {
        outcome(of: request).reply(with: ResponseFields(requestID: requestIDs.id(of: request)))
    }

    package func response(to error: RequestError) -> Response {
        ResponseFields(requestID: requestIDs.id(of: error)).added(to: Problem(error).response)
    }

    package func endBatch() {
        didEndBatch()
    }

    package func close() {
        didClose()
    }

    private func outcome(of request: Request) -> Outcome {
        router.outcome(of: request, crossSiteCheck, hostCheck: hostCheck) { route throws(Problem) in
            try Outcome(request, onOpen: route, contentCoding)
        }
    }

    private static func state(_ trouble: String?, _ database: String?) -> Response {
        var response = Response(
            trouble == nil ? .ok : .serviceUnavailable, contentType: "text/plain; charset=utf-8",
            .bytes(Array("\(trouble ?? "ok")\n".utf8)))
        response.add("Cache-Control", "no-store")
        if let database { response.add(databaseField, database) }
        return response
    }
}

extension Operation {
    private static func state(_ id: String, _ summary: String) -> Operation {
        Operation(
            id: id, tag: "Watching", summary: summary,
            responses: [Response(.ok, "It does."), Response(.serviceUnavailable, "It does not; the body says why.")])
    }

    fileprivate static let health = state("health", "Whether the server lives")
    fileprivate static let readiness = state("readiness", "Whether the server can serve")
    fileprivate static let metrics = Operation(
        id: "metrics", tag: "Watching", summary: "Read the metrics",
        responses: [Response(.ok, "As Prometheus reads them.")])
}
