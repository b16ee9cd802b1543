import HTTP
import JSON

/// The description of an API: as OpenAPI 3.1 for programs (https://spec.openapis.org/oas/v3.1.1), and as a page for
/// people.
package struct Document: Sendable {
    /// A chapter of operations.
    package struct Tag: Sendable {
        let name: String
        let description: String

        package init(_ name: String, _ description: String) {
            (self.name, self.description) = (name, description)
        }
    }

    /// A kind of error, which a problem document names in its `type` (RFC 9457, section 3.1.1).
    package struct Problem: Sendable {
        /// The part of the `type` after `#`.
        package let anchor: String
        let title: String
        let description: String

        package init(anchor: String, title: String, description: String) {
            (self.anchor, self.title, self.description) = (anchor, title, description)
        }
    }

    let title: String
    let version: String
    let description: String
    let tags: [Tag]
    package let problems: [Problem]
    package let endpoints: [Endpoint]
    /// The name of the cookie that presents a session.
    let sessionCookie: String
    /// The start of the URLs in samples, such as `http://localhost:8080`. The page's script replaces it by its own.
    let origin: String
    let start: Start

    package init(
        title: String, version: String, description: String, tags: [Tag], problems: [Problem], endpoints: [Endpoint],
        origin: String, start: Start, sessionCookie: String = "session"
    ) {
        (self.origin, self.start, self.sessionCookie) = (origin, start, sessionCookie)
        (self.title, self.version, self.description) = (title, version, description)
        (self.tags, self.problems, self.endpoints) = (tags, problems, endpoints)
        let ids = endpoints.map(\.operation.id)
        precondition(Set(ids).count == ids.count, "operation IDs must be unique")
        precondition(
            Set(endpoints.map(\.operation.tag)) == Set(tags.map(\.name)),
            "each operation must have a tag of the document, and each tag an operation")
    }

    package var json: [UInt8] {
        var writer = JSONWriter(reserving: 128 * 1024)
        writer.object { writer in
            writer.member("openapi", "3.1.0")
            writer.name("info")
            writer.object { writer in
                writer.member("title", title)
                writer.member("version", version)
                writer.description(description)
            }
            writer.name("servers")
            // The URL is relative to that of the document, so that it is right for clients of any proxy.
            writer.array { writer in writer.object { $0.member("url", "/") } }
            writer.name("tags")
            writer.array { writer in
                for tag in tags {
                    writer.object { writer in
                        writer.member("name", tag.name)
                        writer.description(tag.description)
                    }
                }
            }
            writer.name("paths")
            writer.object { writePaths(&$0) }
            writer.name("components")
            writer.object { writer in Components(of: self).write(&writer) }
        }
        return writer.bytes
    }

    private func writePaths(_ writer: inout JSONWriter) {
        var paths: [String] = []
        for endpoint in endpoints where !paths.contains(endpoint.path) { paths.append(endpoint.path) }
        for path in paths {
            writer.name(path)
            writer.object { writer in
                for endpoint in endpoints where endpoint.path == path {
                    writer.name(endpoint.method.name.lowercased())
                    writer.endpoint(endpoint)
                }
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func endpoint(_ endpoint: Endpoint) {
        let operation = endpoint.operation
        object { writer in
            writer.member("operationId", operation.id)
            writer.name("tags")
            writer.array { $0.string(operation.tag) }
            writer.member("summary", operation.summary)
            writer.description(operation.description)
            writer.security(of: endpoint)
            if !operation.parameters.isEmpty {
                writer.name("parameters")
                writer.array { writer in
                    for parameter in operation.parameters {
                        if parameter.isEverywhere {
                            writer.object { $0.reference(to: parameter.name, in: "parameters") }
                        } else {
                            writer.parameter(parameter)
                        }
                    }
                }
            }
            if let body = operation.body {
                writer.name("requestBody")
                writer.object { writer in
                    writer.name("required")
                    writer.literal("true")
                    writer.content([body])
                }
            }
            writer.name("responses")
            writer.object { writer in
                for response in operation.responses {
                    writer.name(String(response.status.rawValue))
                    if response.isShared {
                        writer.object { $0.reference(to: response.name, in: "responses") }
                    } else {
                        writer.response(response)
                    }
                }
            }
        }
    }

    /// The client may use either of the two schemes.
    private mutating func security(of endpoint: Endpoint) {
        name("security")
        array { writer in
            guard endpoint.needsSession else { return }
            for scheme in Components.securitySchemes {
                writer.object { writer in
                    writer.name(scheme)
                    writer.array { _ in }
                }
            }
        }
    }

    mutating func parameter(_ parameter: Operation.Parameter) {
        object { writer in
            writer.member("name", parameter.name)
            writer.member("in", parameter.place.rawValue)
            writer.description(parameter.description)
            if parameter.place == .path {
                writer.name("required")
                writer.literal("true")
            }
            writer.name("schema")
            writer.schema(parameter.schema)
            if let example = parameter.example { writer.member("example", example) }
        }
    }

    mutating func response(_ response: Operation.Response) {
        object { writer in
            writer.member("description", response.description)
            if !response.headers.isEmpty {
                writer.name("headers")
                writer.object { writer in
                    for header in response.headers {
                        writer.name(header.name)
                        writer.object { $0.reference(to: header.name, in: "headers") }
                    }
                }
            }
            if !response.content.isEmpty { writer.content(response.content) }
        }
    }

    private mutating func content(_ types: [Operation.MediaType]) {
        name("content")
        object { writer in
            for type in types {
                writer.name(type.name)
                writer.object { writer in
                    writer.name("schema")
                    writer.schema(type.schema)
                    writer.examples(of: type)
                }
            }
        }
    }

    private mutating func examples(of type: Operation.MediaType) {
        guard !type.examples.isEmpty else { return }
        name("examples")
        object { writer in
            for example in type.examples {
                writer.name(example.name)
                writer.object { writer in
                    writer.name("value")
                    if type.isJSON { writer.literal(example.text) } else { writer.string(example.text) }
                }
            }
        }
    }
}
