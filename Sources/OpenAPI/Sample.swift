import HTTP
import JSON

/// A request that an operation serves, with the operation's examples as values, from which programs are written in
/// several languages.
struct Sample {
    enum Language: String, CaseIterable {
        case curl
        case javaScript = "JavaScript"
        case python = "Python"
    }

    /// How the program uses a token.
    enum Token {
        /// The request presents none.
        case none
        /// The request presents the token that the program's user has.
        case given
        /// The request presents the token that an earlier step has kept.
        case kept
        /// The response has a token, which the program keeps for later steps.
        case keeping
    }

    let method: Method
    let url: String
    /// The type of the body and its text; `nil` if there is no body.
    let body: (type: Operation.MediaType, text: String)?
    let token: Token
    /// The type of the body of a success; `nil` if there is none.
    let result: Operation.MediaType?

    /// - Parameters:
    ///   - origin: the start of the URL, such as `http://localhost:8080`.
    ///   - token: `nil` for a program that is complete by itself.
    init(_ endpoint: Endpoint, origin: String, token: Token? = nil) {
        let operation = endpoint.operation
        method = endpoint.method
        url = origin + Self.target(of: endpoint)
        body = operation.body.map { type in
            guard let example = type.examples.first else {
                preconditionFailure("a body must have an example: \(operation.id)")
            }
            return (type, example.text)
        }
        self.token = token ?? (endpoint.needsSession ? .given : .none)
        result = operation.result
    }

    func text(in language: Language) -> String {
        switch language {
        case .curl: curl
        case .javaScript: javaScript
        case .python: python
        }
    }

    var presentsToken: Bool { token == .given || token == .kept }

    /// True if the response has events until the client ends it.
    var isStream: Bool { result?.name == "text/event-stream" }

    /// The body as JSON; `nil` if it is another text.
    var json: JSONValue? {
        guard let body, body.type.isJSON else { return nil }
        return try? JSONParser.parse(body.text.utf8)
    }

    /// The path and the query: parameters of the path, and those of the query that have an example.
    private static func target(of endpoint: Endpoint) -> String {
        var path = endpoint.path
        var query: [String] = []
        for parameter in endpoint.operation.parameters {
            switch (parameter.place, parameter.exampleText) {
            case (.path, let text?): path = path.replacing("{\(parameter.name)}", with: percentEncoded(text))
            case (.path, nil): preconditionFailure("a parameter of a path must have an example: \(endpoint.line)")
            case (.query, let text?): query.append("\(parameter.name)=\(percentEncoded(text))")
            case (.query, nil), (.header, _): break
            }
        }
        return query.isEmpty ? path : path + "?" + query.joined(separator: "&")
    }

    /// Encodes everything but the unreserved characters (RFC 3986, section 2.3).
    private static func percentEncoded(_ text: String) -> String {
        text.utf8.reduce(into: "") { encoded, byte in
            let character = Character(Unicode.Scalar(byte))
            if byte < 0x80, character.isLetter || character.isNumber || "-._~".contains(character) {
                encoded.append(character)
            } else {
                encoded += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
    }
}

extension Operation {
    /// The default type of the body of the first success; `nil` if it has none.
    var result: MediaType? {
        responses.first { (200..<300).contains($0.status.rawValue) }?.content.first
    }
}
