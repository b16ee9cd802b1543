import HTTP

extension HTMLWriter {
    /// Writes an operation, with samples at its side. The attributes are for the page's script, which sends requests.
    mutating func endpoint(_ endpoint: Endpoint, of document: Document) {
        let operation = endpoint.operation
        let attributes: KeyValuePairs = [
            "aria-labelledby": operation.id, "data-method": endpoint.method.name, "data-path": endpoint.path,
            "data-access": endpoint.needsSession ? "session" : "everyone",
        ]
        element("article", attributes) { writer in
            writer.element("div", ["class": "text"]) { writer in
                writer.heading("h3", id: operation.id, operation.summary)
                writer.requestLine(endpoint)
                if !operation.description.isEmpty { writer.element("p", [:], operation.description) }
                if endpoint.needsSession {
                    writer.element(
                        "p", [:],
                        "Requires a session: `Authorization: Bearer TOKEN`, or the cookie `\(document.sessionCookie)`.")
                }
                let parameters = operation.parameters.filter { !$0.isEverywhere }
                if !parameters.isEmpty {
                    writer.element("h4", [:], "Parameters")
                    writer.parameters(parameters)
                }
                if let body = operation.body {
                    writer.element("h4", [:], "Body")
                    writer.body(body)
                }
                writer.element("h4", [:], "Responses")
                writer.responses(operation.responses.filter { !$0.isShared })
                writer.sharedResponses(operation.responses.filter(\.isShared))
            }
            writer.element("div", ["class": "side"]) { writer in
                writer.samples(Sample(endpoint, origin: document.origin))
                writer.resultExample(of: operation)
            }
        }
    }

    mutating func requestLine(_ endpoint: Endpoint) {
        element("p", ["class": "line"]) { writer in
            writer.method(endpoint.method)
            writer.append(" ")
            writer.element("code") { $0.append(endpoint.path) }
        }
    }

    mutating func method(_ method: Method) {
        element("span", ["class": "method \(method.name.lowercased())"]) { $0.append(method.name) }
    }

    mutating func parameters(_ parameters: [Operation.Parameter]) {
        element("dl") { writer in
            for parameter in parameters {
                let attributes: KeyValuePairs = [
                    "data-in": parameter.place.rawValue, "data-name": parameter.name,
                    "data-value": parameter.exampleText ?? "",
                ]
                writer.element("dt", attributes) { writer in
                    writer.element("code") { $0.append(parameter.name) }
                    writer.element("span", ["class": "kind"]) { writer in
                        writer.append(" in the \(parameter.place.rawValue), ")
                        writer.type(of: parameter.schema)
                    }
                }
                writer.element("dd", [:], parameter.description)
            }
        }
    }

    mutating func responses(_ responses: [Operation.Response]) {
        element("dl") { writer in
            for response in responses {
                writer.responseHeading(response)
                writer.element("dd") { writer in
                    writer.element("p", [:], response.description)
                    let headers = response.headers.filter { !$0.isEverywhere }
                    if headers.isEmpty, response.content.isEmpty { writer.element("p", ["class": "kind"], "No body.") }
                    for header in headers { writer.header(header) }
                    for type in response.content { writer.mediaType(type) }
                }
            }
        }
    }

    mutating func header(_ header: Operation.Header) {
        element("p") { writer in
            writer.element("code") { $0.append(header.name) }
            writer.prose(": \(header.description)")
        }
    }

    private mutating func responseHeading(_ response: Operation.Response) {
        let title = "\(response.status.rawValue) \(response.status.phrase)"
        let kind = "status-\(response.status.rawValue / 100)"
        guard response.isShared else { return element("dt", ["class": kind], title) }
        element("dt", ["class": kind, "id": "answer-\(response.status.rawValue)"], title)
    }

    /// Writes links to the shared responses in one line.
    private mutating func sharedResponses(_ responses: [Operation.Response]) {
        guard !responses.isEmpty else { return }
        element("p") { writer in
            writer.append("Common to all requests: ")
            for (index, response) in responses.enumerated() {
                if index > 0 { writer.append(", ") }
                writer.link(to: "answer-\(response.status.rawValue)", String(response.status.rawValue))
            }
            writer.append(".")
        }
    }

    /// Writes the type of a request's body, and the members if it is an object without a name.
    private mutating func body(_ type: Operation.MediaType) {
        element("div", ["data-type": type.name, "data-body": type.shownExample]) { writer in
            writer.element("p") { writer in
                writer.element("code") { $0.append(type.name) }
                writer.append(": ")
                writer.type(of: type.schema)
            }
            if type.schema.name == nil { writer.members(of: type.schema) }
        }
    }

    private mutating func mediaType(_ type: Operation.MediaType) {
        element("p") { writer in
            writer.element("code") { $0.append(type.name) }
            writer.append(": ")
            writer.type(of: type.schema)
        }
        for example in type.examples {
            element("details") { writer in
                writer.element("summary") { $0.append("Example: \(example.name)") }
                writer.code(JSONLayout.shown(example.text, isJSON: type.isJSON))
            }
        }
    }
}

extension Operation.MediaType {
    /// The first example, laid out.
    fileprivate var shownExample: String {
        JSONLayout.shown(examples.first?.text ?? "", isJSON: isJSON)
    }
}
