import HTTP

extension Document {
    /// The document for people: an HTML page that can be read without its script and its style sheet.
    ///
    /// - Parameter template: HTML with an empty `title` and an empty `body`, which are filled.
    package func html(in template: String) -> [UInt8] {
        var writer = HTMLWriter()
        writer.element("a", ["class": "skip", "href": "#main"], "Skip to the content")
        writer.contents(of: self)
        writer.element("main", ["id": "main", "tabindex": "-1"]) { writer in
            writer.element("header") { writer in
                writer.element("h1", [:], title)
                writer.paragraphs(description)
                writer.element("p", [:]) { writer in
                    writer.append("For programs: ")
                    writer.element("a", ["href": "/openapi.json"], "the same as OpenAPI 3.1")
                    writer.append(".")
                }
            }
            writer.start(start, of: self)
            writeChapters(&writer)
        }
        let parts = [
            ("<title></title>", "<title>\(HTMLWriter.escaped(title))</title>"),
            ("<body></body>", "<body data-origin=\"\(HTMLWriter.escaped(origin))\">\(writer.text)</body>"),
        ]
        let html = parts.reduce(template) { html, part in
            precondition(html.contains(part.0), "the template must have an empty element: \(part.0)")
            return html.replacing(part.0, with: part.1, maxReplacements: 1)
        }
        return Array(html.utf8)
    }

    private func writeChapters(_ writer: inout HTMLWriter) {
        for tag in tags {
            writer.element("section", ["aria-labelledby": tag.anchor]) { writer in
                writer.heading("h2", id: tag.anchor, tag.name)
                writer.element("p", [:], tag.description)
                for endpoint in endpoints where endpoint.operation.tag == tag.name {
                    writer.endpoint(endpoint, of: self)
                }
            }
        }
        let components = Components(of: self)
        writer.element("section", ["aria-labelledby": "answers"]) { writer in
            writer.heading("h2", id: "answers", "Responses to all requests")
            writer.element(
                "p", [:],
                "These responses mean the same for all operations. Each operation lists the ones that it may give.")
            writer.responses(components.responses)
            writer.heading("h3", id: "parameters", "Parameters of all requests")
            writer.parameters(components.parameters)
            for header in components.headers where header.isEverywhere { writer.header(header) }
        }
        writer.element("section", ["aria-labelledby": "problems"]) { writer in
            writer.heading("h2", id: "problems", "Problems")
            writer.element("p", [:], "The meanings of the `type` of a problem document (RFC 9457).")
            for problem in problems {
                writer.heading("h3", id: problem.anchor, problem.title)
                writer.element("p", [:], problem.description)
            }
        }
        writer.element("section", ["aria-labelledby": "schemas"]) { writer in
            writer.heading("h2", id: "schemas", "Objects and values")
            for schema in components.schemas { writer.definition(of: schema) }
        }
    }
}

extension HTMLWriter {
    /// Writes a heading, and after it a link to it. The link is not part of the heading, since it would change the
    /// heading's name.
    mutating func heading(_ name: String, id: String, _ text: String) {
        element("div", ["class": "heading"]) { writer in
            writer.element(name, ["id": id]) { $0.append(text) }
            writer.element("a", ["class": "anchor", "href": "#\(id)", "aria-label": "Link to: \(text)"]) {
                $0.append("#")
            }
        }
    }

    /// Writes paragraphs, which an empty line separates.
    mutating func paragraphs(_ text: String) {
        for paragraph in text.split(separator: "\n\n") { element("p", [:], String(paragraph)) }
    }

    mutating func link(to anchor: String, _ prose: String) {
        element("a", ["href": "#\(anchor)"], prose)
    }
}

extension Document.Tag {
    var anchor: String {
        "chapter-" + name.lowercased().map { $0.isLetter || $0.isNumber ? String($0) : "-" }.joined()
    }
}

extension Endpoint {
    /// The method and the path, such as `POST /api/user/orders`.
    var line: String { "\(method.name) \(path)" }
}
