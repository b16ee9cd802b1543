import HTTP
import OpenAPI

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

extension Document.Tag {
    /// The chapter about ``DocumentationRoutes``.
    package static let documentation = Document.Tag("Documentation", "The description of this API.")
}

extension Document.Problem {
    /// The explanation of a type of problems, at the place to which the type's URI leads.
    package init(_ type: ProblemType) {
        self.init(
            anchor: "problem-\(type.name)", title: type.title,
            description: "Status \(type.status.rawValue), `\(type.uri)`. \(type.explanation)")
    }
}
