import HTTP

/// Lets pages of named origins call the API from a browser, with credentials (CORS: the Fetch standard, section 3.3).
package struct CrossOriginSharing: Sendable {
    /// The fields of a response by which a browser decides.
    package struct Grant: Sendable {
        /// The origin whose pages may read the response; `nil` if no other origin may.
        let origin: String?

        fileprivate static let exposedFields = "Authorization, ETag, Link, Retry-After, X-Request-Id"

        /// Adds the fields. `Vary` is there even if nothing is granted: a cache may have the response for another
        /// origin.
        func add(to response: inout Response) {
            response.vary(by: "Origin")
            guard let origin else { return }
            response.add("Access-Control-Allow-Origin", origin)
            response.add("Access-Control-Allow-Credentials", "true")
            response.add("Access-Control-Expose-Headers", Self.exposedFields)
        }
    }

    package static let off = CrossOriginSharing(origins: [])

    private static let requestFields =
        "Authorization, Content-Type, Content-Encoding, If-None-Match, Last-Event-ID, X-Request-Id"
    /// The most further fields that are allowed, and the longest name of one in bytes. Pages send a handful.
    private static let wantedFieldsMax = 32
    private static let wantedFieldBytesMax = 64
    /// The time for which a browser need not ask again. No browser keeps the response for longer.
    private static let preflightSeconds = 7200

    private let origins: OriginList

    /// - Parameter origins: as browsers write them: `https://shop.example`, `capacitor://localhost`. If there are none,
    ///   sharing is off and no response mentions it.
    package init(origins: [String]) {
        self.origins = OriginList(origins)
    }

    package func grant(to request: Request) -> Grant? {
        origins.isEmpty ? nil : Grant(origin: allowedOrigin(of: request))
    }

    /// The grant to a request that could not be read, if its origin could.
    package func grant(to error: RequestError) -> Grant? {
        origins.isEmpty ? nil : Grant(origin: error.origin.flatMap { allowed($0[...]) })
    }

    /// Answers the question that a browser sends before the request itself.
    package func answerPreflight(_ request: Request, allow: String, in response: inout Response) {
        guard !origins.isEmpty, request.headers[.accessControlRequestMethod] != nil,
            allowedOrigin(of: request) != nil
        else { return }
        response.add("Access-Control-Allow-Methods", allow)
        response.add("Access-Control-Allow-Headers", Self.fields(allowedTo: request))
        response.add("Access-Control-Max-Age", String(Self.preflightSeconds))
    }

    /// The fields that the server reads, and the fields that the page wants to send besides. Tracing and polyfills add
    /// such fields; a page of an allowed origin may send them, and the server ignores them.
    private static func fields(allowedTo request: Request) -> String {
        let known = requestFields.lowercased().split(separator: ", ").map { String($0) }
        let wanted = request.headers.list(.accessControlRequestHeaders).prefix(wantedFieldsMax)
            .map { String(decoding: $0, as: UTF8.self) }
            .filter {
                $0.utf8.count <= wantedFieldBytesMax && HTTPToken.isValid($0) && !known.contains($0.lowercased())
            }
        return ([requestFields] + wanted).joined(separator: ", ")
    }

    private func allowedOrigin(of request: Request) -> String? {
        let shown = request.headers.all(.origin)
        return shown.count == 1 ? allowed(shown[0]) : nil
    }

    private func allowed(_ origin: ArraySlice<UInt8>) -> String? {
        origins.contains(origin) ? String(decoding: origin, as: UTF8.self) : nil
    }
}
