import HTTP

extension HTMLWriter {
    /// Writes the contents as a block that can be closed. The script closes it on a phone, and the style sheet shows it
    /// as a column on wide screens.
    mutating func contents(of document: Document) {
        element("nav", ["id": "contents", "aria-label": "Contents"]) { writer in
            writer.element("details", ["open": ""]) { writer in
                writer.element("summary") { $0.append("Contents") }
                writer.element("ul") { writer in
                    writer.entry("start", "Start here")
                    for tag in document.tags {
                        writer.group(tag.anchor, tag.name) { writer in
                            for endpoint in document.endpoints where endpoint.operation.tag == tag.name {
                                writer.entry(endpoint)
                            }
                        }
                    }
                    writer.entry("answers", "Responses to all requests")
                    writer.closedGroup("problems", "Problems", document.problems.map { ($0.anchor, $0.title) })
                    writer.closedGroup(
                        "schemas", "Objects and values",
                        Components(of: document).schemas.compactMap { schema in
                            schema.name.map { ("schema-\($0)", $0) }
                        })
                }
            }
        }
    }

    private mutating func entry(_ anchor: String, _ title: String) {
        element("li") { $0.link(to: anchor, title) }
    }

    private mutating func entry(_ endpoint: Endpoint) {
        element("li") { writer in
            writer.element("a", ["href": "#\(endpoint.operation.id)"]) { writer in
                writer.method(endpoint.method)
                writer.append(" \(endpoint.operation.summary)")
            }
        }
    }

    private mutating func group(_ anchor: String, _ title: String, _ entries: (inout HTMLWriter) -> Void) {
        element("li") { writer in
            writer.link(to: anchor, title)
            writer.element("ul") { entries(&$0) }
        }
    }

    /// Writes a long group, which is closed at first.
    private mutating func closedGroup(_ anchor: String, _ title: String, _ entries: [(anchor: String, title: String)]) {
        element("li") { writer in
            writer.link(to: anchor, title)
            writer.element("details") { writer in
                writer.element("summary") { $0.append("\(entries.count) entries") }
                writer.element("ul") { writer in
                    for entry in entries { writer.entry(entry.anchor, entry.title) }
                }
            }
        }
    }
}
