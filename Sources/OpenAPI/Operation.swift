import HTTP
import JSON

/// An operation of an API, with its parameters, its body and its responses (OpenAPI 3.1, section 4.8.10). The only
/// markup in descriptions is `code` in backticks.
package struct Operation: Sendable {
    package struct Parameter: Sendable {
        package enum Place: String, Sendable {
            case path, query, header
        }

        let name: String
        let place: Place
        let description: String
        let schema: Schema
        /// True if every operation has the parameter, so that the document describes it once.
        let isEverywhere: Bool
        /// The parameter's own example as a text; `nil` for that of the schema.
        let example: String?

        package init(
            _ name: String, in place: Place, _ description: String, _ schema: Schema, isEverywhere: Bool = false,
            example: String? = nil
        ) {
            (self.name, self.place, self.description, self.schema) = (name, place, description, schema)
            (self.isEverywhere, self.example) = (isEverywhere, example)
        }

        /// An example as a text that is not encoded; `nil` if there is none.
        var exampleText: String? {
            if let example { return example }
            guard let literal = schema.example else { return nil }
            return (try? JSONParser.parse(literal.utf8))?.string ?? literal
        }
    }

    /// A media type of a body.
    package struct MediaType: Sendable {
        package struct Example: Sendable {
            let name: String
            /// The body itself.
            let text: String
        }

        let name: String
        let schema: Schema
        let examples: [Example]

        /// - Parameter examples: the bodies of the examples by their names.
        package init(_ name: String, _ schema: Schema, examples: KeyValuePairs<String, String>) {
            (self.name, self.schema) = (name, schema)
            self.examples = examples.map { Example(name: $0.key, text: $0.value) }
        }

        var isJSON: Bool { name.hasSuffix("json") }
    }

    /// A field of a response's head.
    package struct Header: Sendable {
        package let name: String
        let description: String
        let schema: Schema
        /// True if the field is present in each of the responses that list it.
        let isRequired: Bool
        /// True if every response has the field, so that the page describes it once.
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
        /// The media types of the body, with the default first; empty if there is no body.
        let content: [MediaType]
        /// True if the response means the same for each operation, so that the document describes it once.
        let isShared: Bool

        package init(
            _ status: Status, _ description: String, headers: [Header] = [], content: [MediaType] = [],
            isShared: Bool = false
        ) {
            (self.status, self.description, self.headers) = (status, description, headers)
            (self.content, self.isShared) = (content, isShared)
        }

        /// The name of the component, such as `ContentTooLarge`.
        var name: String { status.phrase.filter { $0 != " " } }
    }

    /// A name for programs, such as `listOrders`. It is unique in a document.
    package let id: String
    /// The name of the operation's chapter.
    let tag: String
    let summary: String
    let description: String
    package private(set) var parameters: [Parameter]
    /// The body of the request; `nil` if there is none.
    package let body: MediaType?
    package private(set) var responses: [Response]

    package init(
        id: String, tag: String, summary: String, description: String = "", parameters: [Parameter] = [],
        body: MediaType? = nil, responses: [Response]
    ) {
        (self.id, self.tag, self.summary, self.description) = (id, tag, summary, description)
        (self.parameters, self.body, self.responses) = (parameters, body, responses)
        precondition(Set(responses.map(\.status)).count == responses.count, "responses must have different statuses")
    }

    /// This operation with more parameters and more responses. The operation's own response for a status has priority.
    package func adding(_ others: [Response], parameters: [Parameter] = []) -> Operation {
        var operation = self
        let described = Set(responses.map(\.status))
        operation.responses += others.filter { !described.contains($0.status) }
        operation.responses.sort { $0.status.rawValue < $1.status.rawValue }
        operation.parameters += parameters
        return operation
    }

    /// This operation with `header` added to each response for whose status `hasHeader` returns true.
    package func adding(_ header: Header, where hasHeader: (Status) -> Bool = { _ in true }) -> Operation {
        var operation = self
        for index in responses.indices where hasHeader(responses[index].status) {
            operation.responses[index].headers.append(header)
        }
        return operation
    }
}

/// An operation with its method and path.
package struct Endpoint: Sendable {
    package let method: Method
    /// The path with its parameters in braces, such as `/api/orders/{number}`.
    package let path: String
    package let operation: Operation
    /// True if the request has to present a valid session.
    let needsSession: Bool

    package init(_ method: Method, _ path: String, _ operation: Operation, needsSession: Bool) {
        (self.method, self.path, self.operation, self.needsSession) = (method, path, operation, needsSession)
    }
}
