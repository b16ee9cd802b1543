import HTTP
import OpenAPI
import Web

extension Operation {
    static let document = Operation(
        id: "getDocument", tag: "Documentation", summary: "Describe the API for programs",
        responses: [
            Response(
                .ok, "An OpenAPI 3.1 document.",
                content: [
                    MediaType(
                        "application/json",
                        Schema(
                            .object(
                                [
                                    Schema.Property("openapi", Schema(.string, "", [.pattern("^3\\.1\\.[0-9]+$")])),
                                    Schema.Property("paths", Schema(.object([], isClosed: false))),
                                ], isClosed: false)),
                        examples: [:])
                ])
        ])

    static let page = Operation(
        id: "getPage", tag: "Documentation", summary: "Describe the API for people",
        responses: [
            Response(.ok, "This page.", content: [MediaType("text/html", Schema(.string), examples: [:])])
        ])
}

extension GophermartAPI {
    /// That of the default cookie is written out once for all event loops.
    static func documentation(sessionCookie: String) -> Documentation {
        sessionCookie == Settings().cookieName ? standard : describing(sessionCookie: sessionCookie)
    }

    private static let standard = describing(sessionCookie: Settings().cookieName)

    private static func describing(sessionCookie: String) -> Documentation {
        Documentation { endpoints in document(endpoints, sessionCookie) }
    }

    private static func document(_ endpoints: [Endpoint], _ sessionCookie: String) -> Document {
        Document(
            title: "Martlet", version: Documentation.version,
            description: """
                Loyalty points for customers: they register, upload the numbers of their orders, collect points for them and \
                spend the points.

                Points are numbers with at most two decimals, 1 point = 1 rouble. Times are RFC 3339 in UTC.

                \(Documentation.sessions(cookie: sessionCookie))

                \(Documentation.everywhere)
                """,
            tags: [
                Document.Tag("Accounts", "Registering, signing in and out, and passwords."),
                Document.Tag("Orders", "What customers bought, to be credited once."),
                Document.Tag("Balance", "The points that a user has, and where they went."),
                Document.Tag("Events", "Being told of what changes."),
                documentationTag,
            ], problems: Documentation.problems, endpoints: endpoints,
            sessionCookie: sessionCookie)
    }
}

extension AccrualAPI {
    static let documentation = Documentation { endpoints in
        Document(
            title: "Martlet's accrual system", version: Documentation.version,
            description: """
                What customers earn: the shop sets rules and sends receipts, and whoever reaches this listener may. It knows no \
                users. It is served under the names of its own machine, under IP addresses, and under the names that its owner \
                allows in `allowed_hosts`; any other `Host` is 421.

                \(Documentation.everywhere)
                """,
            tags: [
                Document.Tag("Rules", "What goods earn."),
                Document.Tag("Receipts", "What customers bought, and what it earned."),
                documentationTag,
            ], problems: Documentation.problems, endpoints: endpoints)
    }
}

private let documentationTag = Document.Tag("Documentation", "What this API is.")

extension Documentation {
    /// Of the API, not of the program: a client that works with one works with all that begin the same.
    fileprivate static let version = "1.0"

    fileprivate static let everywhere = """
        Refusals are `application/problem+json`. An unknown path is 404, and a method that a path does not have 405 with \
        `Allow`; `OPTIONS` says what it has, and `HEAD` works wherever `GET` does. Requests and answers may be packed with \
        gzip. 429 and 503 mean that nothing happened: ask again after `Retry-After`. A body has \
        at most 8 KiB, or 16 KiB for a change of password and 1 MiB for a receipt, before and after unpacking.
        """

    fileprivate static let problems = ProblemType.all.map { type in
        Document.Problem(
            anchor: "problem-\(type.name)", title: type.title,
            description: "Status \(type.status.rawValue), `\(type.uri)`. \(type.explanation)")
    }
}
