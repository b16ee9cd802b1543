import HTTP

extension Document {
    /// The document for people: an HTML page without scripts and without other files.
    package var html: [UInt8] {
        var writer = HTMLWriter()
        writer.raw("<!DOCTYPE html>\n")
        writer.element("html", ["lang": "en"]) { writer in
            writer.element("head") { writeHead(&$0) }
            writer.element("body") { writer in
                writer.element("a", ["class": "skip", "href": "#main"], "Skip to the content")
                writer.element("header") { writer in
                    writer.element("h1", [:], title)
                    for paragraph in description.split(separator: "\n\n") {
                        writer.element("p", [:], String(paragraph))
                    }
                    writer.element("p", [:]) { writer in
                        writer.append("For programs: ")
                        writer.element("a", ["href": "/openapi.json"], "the same as OpenAPI 3.1")
                        writer.append(".")
                    }
                }
                writer.element("nav", ["aria-label": "Contents"]) { writeContents(&$0) }
                writer.element("main", ["id": "main", "tabindex": "-1"]) { writeChapters(&$0) }
            }
        }
        return Array(writer.text.utf8)
    }

    private func writeHead(_ writer: inout HTMLWriter) {
        writer.void("meta", ["charset": "utf-8"])
        writer.void("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
        writer.void("meta", ["name": "color-scheme", "content": "light dark"])
        writer.element("title") { $0.append(title) }
        writer.element("style") { $0.raw(Self.style) }
    }

    private func writeContents(_ writer: inout HTMLWriter) {
        writer.element("h2", [:], "Contents")
        writer.element("ul") { writer in
            for tag in tags {
                writer.element("li") { writer in
                    writer.link(to: tag.anchor, tag.name)
                    writer.element("ul") { writer in
                        for endpoint in endpoints where endpoint.operation.tag == tag.name {
                            writer.element("li") { $0.link(to: endpoint.operation.id, "`\(endpoint.line)`") }
                        }
                    }
                }
            }
            for (anchor, title) in [
                ("answers", "Responses to all requests"), ("problems", "Problems"), ("schemas", "Objects and values"),
            ] {
                writer.element("li") { $0.link(to: anchor, title) }
            }
        }
    }

    private func writeChapters(_ writer: inout HTMLWriter) {
        for tag in tags {
            writer.element("section", ["aria-labelledby": tag.anchor]) { writer in
                writer.element("h2", ["id": tag.anchor], tag.name)
                writer.element("p", [:], tag.description)
                for endpoint in endpoints where endpoint.operation.tag == tag.name { writer.endpoint(endpoint) }
            }
        }
        let components = Components(of: self)
        writer.element("section", ["aria-labelledby": "answers"]) { writer in
            writer.element("h2", ["id": "answers"], "Responses to all requests")
            writer.element(
                "p", [:],
                "These responses mean the same for all operations. Each operation lists the ones that it may give.")
            writer.responses(components.responses)
            writer.parameters(components.parameters, heading: "h3")
            for header in components.headers where header.isEverywhere { writer.header(header) }
        }
        writer.element("section", ["aria-labelledby": "problems"]) { writer in
            writer.element("h2", ["id": "problems"], "Problems")
            writer.element("p", [:], "The meanings of the `type` of a problem document (RFC 9457).")
            for problem in problems {
                writer.element("h3", ["id": problem.anchor], problem.title)
                writer.element("p", [:], problem.description)
            }
        }
        writer.element("section", ["aria-labelledby": "schemas"]) { writer in
            writer.element("h2", ["id": "schemas"], "Objects and values")
            for schema in components.schemas { writer.definition(of: schema) }
        }
    }
}

extension Document.Tag {
    fileprivate var anchor: String {
        "chapter-" + name.lowercased().map { $0.isLetter || $0.isNumber ? String($0) : "-" }.joined()
    }
}

extension Endpoint {
    /// The method and the path, such as `POST /api/user/orders`.
    var line: String { "\(method.name) \(path)" }
}
