import HTTP

extension HTMLWriter {
    mutating func endpoint(_ endpoint: Endpoint) {
        let operation = endpoint.operation
        element("article", ["aria-labelledby": operation.id]) { writer in
            writer.element("h3", ["id": operation.id]) { writer in
                writer.element("code") { writer in
                    writer.element("span", ["class": "method"]) { $0.append(endpoint.method.name) }
                    writer.append(" \(endpoint.path)")
                }
            }
            writer.element("p", ["class": "summary"], operation.summary + ".")
            if !operation.description.isEmpty { writer.element("p", [:], operation.description) }
            if endpoint.needsSession {
                writer.element(
                    "p", [:], "Requires a session: `Authorization: Bearer TOKEN`, or the cookie `session`.")
            }
            writer.parameters(operation.parameters.filter { !$0.isEverywhere })
            if let body = operation.body {
                writer.element("h4", [:], "Body")
                writer.mediaType(body)
            }
            writer.element("h4", [:], "Responses")
            writer.responses(operation.responses.filter { !$0.isShared })
            writer.sharedResponses(operation.responses.filter(\.isShared))
        }
    }

    /// - Parameter heading: The element of the heading, one level below the heading before it.
    mutating func parameters(_ parameters: [Operation.Parameter], heading: String = "h4") {
        guard !parameters.isEmpty else { return }
        element(heading, [:], "Parameters")
        table("Parameters", columns: ["Name", "In", "Description", "Value"]) { writer in
            for parameter in parameters {
                writer.element("tr") { writer in
                    writer.element("th", ["scope": "row"], "`\(parameter.name)`")
                    writer.element("td", [:], parameter.place.rawValue)
                    writer.element("td", [:], parameter.description)
                    writer.element("td") { $0.type(of: parameter.schema) }
                }
            }
        }
    }

    mutating func responses(_ responses: [Operation.Response]) {
        table("Responses", columns: ["Status", "Meaning", "Content"]) { writer in
            for response in responses {
                writer.element("tr") { writer in
                    writer.responseHeading(response)
                    writer.element("td", [:], response.description)
                    writer.element("td") { writer in
                        let headers = response.headers.filter { !$0.isEverywhere }
                        if headers.isEmpty, response.content.isEmpty { writer.append("no body") }
                        for header in headers { writer.header(header) }
                        for type in response.content { writer.mediaType(type) }
                    }
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
        guard response.isShared else { return element("th", ["scope": "row"], title) }
        element("th", ["scope": "row", "id": "answer-\(response.status.rawValue)"], title)
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

    private mutating func mediaType(_ type: Operation.MediaType) {
        element("p") { writer in
            writer.element("code") { $0.append(type.name) }
            writer.append(": ")
            writer.type(of: type.schema)
        }
        for example in type.examples {
            element("details") { writer in
                writer.element("summary") { $0.append("Example: \(example.name)") }
                writer.element("pre", ["tabindex": "0"]) { writer in writer.element("code") { $0.append(example.text) }
                }
            }
        }
    }

    mutating func link(to anchor: String, _ prose: String) {
        element("a", ["href": "#\(anchor)"], prose)
    }

    /// Writes a table that scrolls horizontally on a narrow screen, also with the keyboard. It is a group and not a
    /// region, because screen readers list regions, and the page has many tables of one name.
    mutating func table(_ label: String, columns: [String], _ rows: (inout HTMLWriter) -> Void) {
        element("div", ["class": "wide", "role": "group", "aria-label": label, "tabindex": "0"]) { writer in
            writer.element("table") { writer in
                writer.element("thead") { writer in
                    writer.element("tr") { writer in
                        for column in columns { writer.element("th", ["scope": "col"], column) }
                    }
                }
                writer.element("tbody") { rows(&$0) }
            }
        }
    }
}
