import HTTP
import JSON

/// The parts of a document that several operations share (OpenAPI 3.1, section 4.8.7).
struct Components {
    /// The two ways to present a session.
    static let securitySchemes = ["bearer", "cookie"]

    private(set) var schemas: [Schema] = []
    private(set) var responses: [Operation.Response] = []
    private(set) var headers: [Operation.Header] = []
    /// The parameters that every operation has.
    private(set) var parameters: [Operation.Parameter] = []
    private let haveSecurity: Bool
    private let sessionCookie: String

    init(of document: Document) {
        sessionCookie = document.sessionCookie
        haveSecurity = document.endpoints.contains { $0.needsSession }
        for operation in document.endpoints.map(\.operation) {
            for parameter in operation.parameters { add(parameter) }
            if let body = operation.body { add(body.schema) }
            for response in operation.responses { add(response) }
        }
        responses.sort { $0.status.rawValue < $1.status.rawValue }
    }

    private mutating func add(_ schema: Schema) {
        if let name = schema.name {
            guard !schemas.contains(where: { $0.name == name }) else { return }
            schemas.append(schema)
        }
        switch schema.shape {
        case .string, .integer, .number, .boolean, .null: break
        case .array(let item): add(item)
        case .anyOf(let schemas): for schema in schemas { add(schema) }
        case .object(let properties, _): for property in properties { add(property.schema) }
        }
    }

    private mutating func add(_ parameter: Operation.Parameter) {
        add(parameter.schema)
        guard parameter.isEverywhere, !parameters.contains(where: { $0.name == parameter.name }) else { return }
        parameters.append(parameter)
    }

    private mutating func add(_ response: Operation.Response) {
        if response.isShared {
            guard !responses.contains(where: { $0.status == response.status }) else { return }
            responses.append(response)
        }
        for header in response.headers {
            add(header.schema)
            if !headers.contains(where: { $0.name == header.name }) { headers.append(header) }
        }
        for type in response.content { add(type.schema) }
    }

    func write(_ writer: inout JSONWriter) {
        writer.name("schemas")
        writer.object { writer in
            for schema in schemas {
                guard let name = schema.name else { preconditionFailure("a component must have a name") }
                writer.name(name)
                writer.definition(of: schema)
            }
        }
        writer.name("responses")
        writer.object { writer in
            for response in responses {
                writer.name(response.name)
                writer.response(response)
            }
        }
        writer.name("parameters")
        writer.object { writer in
            for parameter in parameters {
                writer.name(parameter.name)
                writer.parameter(parameter)
            }
        }
        writer.name("headers")
        writer.object { writer in
            for header in headers {
                writer.name(header.name)
                writer.header(header)
            }
        }
        if haveSecurity { writer.securitySchemes(sessionCookie: sessionCookie) }
    }
}

extension JSONWriter {
    fileprivate mutating func header(_ header: Operation.Header) {
        object { writer in
            writer.description(header.description)
            writer.name("required")
            writer.literal(String(header.isRequired))
            writer.name("schema")
            writer.schema(header.schema)
        }
    }

    fileprivate mutating func securitySchemes(sessionCookie: String) {
        name("securitySchemes")
        object { writer in
            writer.name("bearer")
            writer.object { writer in
                writer.member("type", "http")
                writer.member("scheme", "bearer")
                writer.description("The token that a sign-in returns in its body and in `Authorization`.")
            }
            writer.name("cookie")
            writer.object { writer in
                writer.member("type", "apiKey")
                writer.member("in", "cookie")
                writer.member("name", sessionCookie)
                writer.description(
                    "The cookie that a sign-in sets. A token in `Authorization` takes precedence over it.")
            }
        }
    }
}
