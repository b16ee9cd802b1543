extension HTMLWriter {
    /// Writes a component with the anchor to which references link.
    mutating func definition(of schema: Schema) {
        guard let name = schema.name else { preconditionFailure("a component must have a name") }
        heading("h3", id: "schema-\(name)", name)
        if !schema.description.isEmpty { element("p", [:], schema.description) }
        guard case .object = schema.shape else { return element("p") { $0.inline(schema) } }
        members(of: schema)
    }

    /// Writes the members of an object; nothing for another value.
    mutating func members(of schema: Schema) {
        guard case .object(let properties, _) = schema.shape, !properties.isEmpty else { return }
        element("dl") { writer in
            for property in properties {
                writer.element("dt") { writer in
                    writer.element("code") { $0.append(property.name) }
                    writer.element("span", ["class": "kind"]) { writer in
                        writer.append(" ")
                        writer.type(of: property.schema)
                        if !property.isRequired { writer.append(", may be missing") }
                    }
                }
                let meaning = property.description.isEmpty ? property.schema.description : property.description
                writer.element("dd", [:], meaning)
            }
        }
    }

    /// Writes the type of a value: a link to its component, or a few words.
    mutating func type(of schema: Schema) {
        if let name = schema.name {
            link(to: "schema-\(name)", name)
        } else {
            inline(schema)
        }
    }

    private mutating func inline(_ schema: Schema) {
        switch schema.shape {
        case .array(let item):
            append("array of ")
            type(of: item)
        case .anyOf(let schemas):
            for (index, schema) in schemas.enumerated() {
                if index > 0 { append("; or ") }
                type(of: schema)
            }
        default: append(schema.shape.typeName ?? "any value")
        }
        for rule in schema.rules {
            append(", \(rule.keyword) ")
            element("code") { $0.append(rule.value.shown) }
        }
        guard let example = schema.example else { return }
        append(", such as ")
        element("code") { $0.append(example) }
    }
}

extension Schema.Rule.Value {
    fileprivate var shown: String {
        switch self {
        case .text(let text), .number(let text): text
        case .texts(let texts): texts.joined(separator: " | ")
        }
    }
}
