import HTTP

/// What a path does by a method: what it takes, and what it answers (OpenAPI 3.1, section 4.8.10). Descriptions are CommonMark of
/// which only `code` is used.
package struct Operation: Sendable {
    package struct Parameter: Sendable {
        package enum Place: String, Sendable {
            case path, query, header
        }

        let name: String
        let place: Place
        let description: String
        let schema: Schema
        /// Whether every operation has it, so that the document describes it once.
        let isEverywhere: Bool

        package init(
            _ name: String, in place: Place, _ description: String, _ schema: Schema, isEverywhere: Bool = false
        ) {
            (self.name, self.place, self.description, self.schema) = (name, place, description, schema)
            self.isEverywhere = isEverywhere
        }
    }

    /// A form that a body has.
    package struct MediaType: Sendable {
        package struct Example: Sendable {
            let name: String
            /// The body itself.
            let text: String
        }

        let name: String
        let schema: Schema
        let examples: [Example]

        /// - Parameter examples: bodies, by a name for each.
        package init(_ name: String, _ schema: Schema, examples: KeyValuePairs<String, String>) {
            (self.name, self.schema) = (name, schema)
            self.examples = examples.map { Example(name: $0.key, text: $0.value) }
        }

        var isJSON: Bool { name.hasSuffix("json") }
    }

    /// A field of an answer's head.
    package struct Header: Sendable {
        package let name: String
        let description: String
        let schema: Schema
        /// Whether each answer has it that is described to have it.
        let isRequired: Bool
        /// Whether every answer has it, so that the page describes it once.
        let isEverywhere: Bool

        package init(
            _ name: String, _ description: String, _ schema: Schema, isRequired: Bool = true, isEverywhere: Bool = false
        ) {
            (self.name, self.description, self.schema, self.isRequired) = (name, description, schema, isRequired)
            self.isEverywhere = isEverywhere
        }
    }

    package struct Response: Sendable {
        package let status: Status
        package let description: String
        fileprivate(set) var headers: [Header]
        /// Its forms, the one that comes by default first; none where it has no body.
        let content: [MediaType]
        /// Whether it means the same wherever it comes, and stands once in the document.
        let isShared: Bool

        package init(
            _ status: Status, _ description: String, headers: [Header] = [], content: [MediaType] = [],
            isShared: Bool = false
        ) {
            (self.status, self.description, self.headers) = (status, description, headers)
            (self.content, self.isShared) = (content, isShared)
        }

        /// `ContentTooLarge`
        var name: String { status.phrase.filter { $0 != " " } }
    }

    /// A name for programs, one of its kind in a document: `listOrders`.
    package let id: String
    /// The chapter that it belongs to.
    let tag: String
    let summary: String
    let description: String
    package private(set) var parameters: [Parameter]
    /// Of the request; nil where it has none.
    package let body: MediaType?
    package private(set) var responses: [Response]

    package init(
        id: String, tag: String, summary: String, description: String = "", parameters: [Parameter] = [],
        body: MediaType? = nil, responses: [Response]
    ) {
        (self.id, self.tag, self.summary, self.description) = (id, tag, summary, description)
        (self.parameters, self.body, self.responses) = (parameters, body, responses)
        precondition(Set(responses.map(\.status)).count == responses.count, "a status is described once")
    }

    /// With what others like it have too: parameters, and responses where the operation itself says nothing of their status.
    package func adding(_ others: [Response], parameters: [Parameter] = []) -> Operation {
        var operation = self
        let described = Set(responses.map(\.status))
        operation.responses += others.filter { !described.contains($0.status) }
        operation.responses.sort { $0.status.rawValue < $1.status.rawValue }
        operation.parameters += parameters
        return operation
    }

    /// With a header of every response whose status is one of these.
    package func adding(_ header: Header, where hasHeader: (Status) -> Bool = { _ in true }) -> Operation {
        var operation = self
        for index in responses.indices where hasHeader(responses[index].status) {
            operation.responses[index].headers.append(header)
        }
        return operation
    }
}

/// An operation where it is served.
package struct Endpoint: Sendable {
    package let method: Method
    /// `/api/orders/{number}`
    package let path: String
    package let operation: Operation
    /// Whether only who shows a valid session is served.
    let needsSession: Bool

    package init(_ method: Method, _ path: String, _ operation: Operation, needsSession: Bool) {
        (self.method, self.path, self.operation, self.needsSession) = (method, path, operation, needsSession)
    }
}
