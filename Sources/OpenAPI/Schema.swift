import JSON

/// The schema of a JSON value (JSON Schema, draft 2020-12; OpenAPI 3.1, section 4.8.24).
package struct Schema: Sendable {
    package indirect enum Shape: Sendable {
        case string
        case integer
        case number
        case boolean
        case null
        case array(of: Schema)
        /// A value that one of the schemas admits.
        case anyOf([Schema])
        /// An object. If it is closed, it has no other members.
        case object([Property], isClosed: Bool)
    }

    /// A member of an object.
    package struct Property: Sendable {
        let name: String
        let schema: Schema
        /// The meaning of the member in this object; empty if the schema's description is sufficient.
        let description: String
        let isRequired: Bool

        package init(_ name: String, _ schema: Schema, _ description: String = "", isRequired: Bool = true) {
            (self.name, self.schema, self.description, self.isRequired) = (name, schema, description, isRequired)
        }
    }

    /// A keyword that narrows the shape.
    package struct Rule: Sendable {
        enum Value: Sendable {
            case text(String)
            case texts([String])
            /// The number as JSON. No number type of Swift holds each value exactly.
            case number(String)
        }

        let keyword: String
        let value: Value
    }

    /// The name of the component; `nil` for a schema that is written at the place of its use.
    let name: String?
    let shape: Shape
    let description: String
    let rules: [Rule]
    /// An example as JSON; `nil` if the members have examples instead.
    let example: String?

    /// - Parameter example: a value as JSON, which the schema admits.
    package init(
        _ shape: Shape, named name: String? = nil, _ description: String = "", _ rules: [Rule] = [],
        example: String? = nil
    ) {
        (self.name, self.shape, self.description, self.rules) = (name, shape, description, rules)
        self.example = example
    }
}

extension Schema.Rule {
    package static func pattern(_ regex: String) -> Self { Self(keyword: "pattern", value: .text(regex)) }
    package static func format(_ name: String) -> Self { Self(keyword: "format", value: .text(name)) }
    package static func oneOf(_ texts: [String]) -> Self { Self(keyword: "enum", value: .texts(texts)) }
    package static func minLength(_ count: Int) -> Self { Self(keyword: "minLength", value: .number("\(count)")) }
    package static func maxLength(_ count: Int) -> Self { Self(keyword: "maxLength", value: .number("\(count)")) }
    package static func minItems(_ count: Int) -> Self { Self(keyword: "minItems", value: .number("\(count)")) }
    package static func minimum(_ number: String) -> Self { Self(keyword: "minimum", value: .number(number)) }
    package static func above(_ number: String) -> Self { Self(keyword: "exclusiveMinimum", value: .number(number)) }
    package static func maximum(_ number: String) -> Self { Self(keyword: "maximum", value: .number(number)) }
    package static func multipleOf(_ number: String) -> Self { Self(keyword: "multipleOf", value: .number(number)) }
}

extension JSONWriter {
    /// Writes a schema at the place of its use: a reference to its component, or its definition.
    mutating func schema(_ schema: Schema) {
        guard let name = schema.name else { return definition(of: schema) }
        object { $0.reference(to: name, in: "schemas") }
    }

    mutating func reference(to name: String, in components: String) {
        member("$ref", "#/components/\(components)/\(name)")
    }

    /// Writes a member whose value is a string.
    mutating func member(_ name: String, _ text: String) {
        self.name(name)
        string(text)
    }

    /// Writes a description unless it is empty.
    mutating func description(_ text: String) {
        if !text.isEmpty { member("description", text) }
    }

    mutating func definition(of schema: Schema) {
        object { writer in
            writer.shape(schema.shape)
            writer.description(schema.description)
            for rule in schema.rules {
                writer.name(rule.keyword)
                switch rule.value {
                case .text(let text): writer.string(text)
                case .texts(let texts): writer.array { writer in for text in texts { writer.string(text) } }
                case .number(let digits): writer.literal(digits)
                }
            }
            guard let example = schema.example else { return }
            writer.name("examples")
            writer.array { $0.literal(example) }
        }
    }

    private mutating func shape(_ shape: Schema.Shape) {
        if let typeName = shape.typeName { member("type", typeName) }
        switch shape {
        case .string, .integer, .number, .boolean, .null: break
        case .anyOf(let schemas):
            name("anyOf")
            array { writer in for schema in schemas { writer.schema(schema) } }
        case .array(let item):
            name("items")
            schema(item)
        case .object(let properties, let isClosed):
            name("properties")
            object { writer in
                for property in properties {
                    writer.name(property.name)
                    writer.property(property)
                }
            }
            name("required")
            array { writer in
                for property in properties where property.isRequired { writer.string(property.name) }
            }
            if isClosed {
                name("additionalProperties")
                literal("false")
            }
        }
    }

    private mutating func property(_ property: Schema.Property) {
        guard let name = property.schema.name, !property.description.isEmpty else { return schema(property.schema) }
        object { writer in
            writer.reference(to: name, in: "schemas")
            writer.description(property.description)
        }
    }
}

extension Schema.Shape {
    /// The name of the JSON type; `nil` if the value may have several types.
    var typeName: String? {
        switch self {
        case .string: "string"
        case .integer: "integer"
        case .number: "number"
        case .boolean: "boolean"
        case .null: "null"
        case .array: "array"
        case .anyOf: nil
        case .object: "object"
        }
    }
}
