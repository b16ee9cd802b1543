import Eventual
import HTTP
import Metrics
import Web

/// The API for monitoring: `/healthz`, `/readyz` and `/metrics`. It shows nothing about any user.
package enum AdminAPI {
    /// The field that names the server's database, for `martlet healthcheck`: another server may have taken the port.
    package static let databaseField = "Martlet-Database"

    /// The handler of one event loop.
    ///
    /// - Parameters:
    ///   - hostNames: names that `Host` may have, besides those of this machine and IP addresses.
    ///   - database: the value of ``databaseField``, the same for every process that looks at the file; `nil` for no
    ///     field.
    ///   - illness: the reason, in words, for which the server has to be restarted; `nil` if it is alive.
    ///   - obstacle: the reason, in words, for which the server can't serve now; `nil` if it can.
    ///   - weakness: the reason, in sentences, for which an acknowledged write could be lost, for which the database
    ///     acknowledges none, or for which this can't be known; `nil` if there is none.
    ///   - metrics: writes all metrics.
    ///   - reader: the reader of `obstacle` and `metrics`.
    package static func handler(
        hostNames: [String], database: String?, illness: @escaping () -> String?, obstacle: @escaping () -> String?,
        weakness: @escaping () -> String? = { nil }, metrics: @escaping (inout MetricsText) -> Void,
        requestIDs: RequestIDs, reader: any BatchReader
    ) -> APIHandler {
        var configuration = APIHandler.Configuration()
        configuration.bodyBytesMax = 0
        configuration.hostCheck = HostCheck(names: hostNames)
        let routes = [
            Route(.get, "/healthz", for: .everyone) { _ in .now(state(illness(), database)) },
            Route(.get, "/readyz", for: .everyone) { _ in
                .now(state(illness() ?? obstacle(), weakness: weakness(), database))
            },
            Route(.get, "/metrics", for: .everyone) { _ in
                var text = MetricsText()
                metrics(&text)
                return .now(Response(.ok, contentType: MetricsText.contentType, .bytes(Array(text.text.utf8))))
            },
        ]
        return APIHandler(routes: routes, configuration, requestIDs: requestIDs, reader: reader)
    }

    private static func state(_ trouble: String?, weakness: String? = nil, _ database: String?) -> Response {
        let sentence =
            switch (trouble, weakness) {
            case (nil, nil): "ok"
            case (nil, let weakness?): "ok, but: \(weakness)"
            case (let trouble?, nil): trouble
            // The trouble may be a symptom: writes are refused if they wait for a standby in vain.
            case (let trouble?, let weakness?): "\(trouble). \(weakness)"
            }
        var response = Response(
            trouble == nil ? .ok : .serviceUnavailable, contentType: "text/plain; charset=utf-8",
            .bytes(Array("\(sentence)\n".utf8)))
        response.add(.noStore)
        if let database { response.add(databaseField, database) }
        return response
    }
}
