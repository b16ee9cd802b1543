import JSON

/// Compares values with the schemas of a document. It knows as much of JSON Schema, draft 2020-12, as the descriptions
/// use. An unknown keyword is a fault, too.
struct JSONSchema {
    let document: JSONValue

    /// The items of an array that are compared. Those of a long list are written alike.
    private static let itemsMax = 8

    /// The parts of the value that the schema does not admit; empty if it admits the value.
    func faults(of value: JSONValue, against schema: JSONValue, at place: String = "") -> [String] {
        let schema = document.resolving(schema)
        guard let keywords = schema.object?.members else { return ["\(place): no schema"] }
        return keywords.flatMap { keyword in
            faults(of: value, keyword: keyword.name, keyword.value, in: schema).map { "\(place): \($0)" }
                + memberFaults(of: value, keyword: keyword.name, keyword.value, at: place)
        }
    }

    private func memberFaults(
        of value: JSONValue, keyword: String, _ argument: JSONValue, at place: String
    ) -> [String] {
        switch keyword {
        case "items":
            (value.array ?? []).prefix(Self.itemsMax).enumerated().flatMap { index, item in
                faults(of: item, against: argument, at: "\(place)/\(index)")
            }
        case "properties":
            (argument.object?.members ?? []).flatMap { property in
                value.object?[property.name].map {
                    faults(of: $0, against: property.value, at: "\(place)/\(property.name)")
                } ?? []
            }
        default: []
        }
    }

    private func faults(of value: JSONValue, keyword: String, _ argument: JSONValue, in schema: JSONValue) -> [String] {
        let isAdmitted: Bool
        switch keyword {
        case "type": isAdmitted = value.isOfType(argument.string ?? "")
        case "required":
            isAdmitted = (argument.array ?? []).allSatisfy { value.object?[$0.string ?? ""] != nil }
        case "additionalProperties":
            let known = schema.object?["properties"]?.object
            isAdmitted = value.object?.members.allSatisfy { known?[$0.name] != nil } ?? true
        case "pattern":
            guard let regex = try? Regex(argument.string ?? "") else { return ["\(argument) is no pattern"] }
            isAdmitted = (try? regex.firstMatch(in: value.string ?? "")) != nil
        case "enum": isAdmitted = argument.array?.contains(value) ?? false
        case "minLength": isAdmitted = Int64(value.string?.unicodeScalars.count ?? 0) >= argument.integer
        case "maxLength": isAdmitted = Int64(value.string?.unicodeScalars.count ?? 0) <= argument.integer
        case "minItems": isAdmitted = Int64(value.array?.count ?? 0) >= argument.integer
        case "minimum": isAdmitted = value.scaled >= argument.scaled
        case "maximum": isAdmitted = value.scaled <= argument.scaled
        case "exclusiveMinimum": isAdmitted = value.scaled > argument.scaled
        case "multipleOf": isAdmitted = argument.scaled > 0 && value.scaled % argument.scaled == 0
        case "format": isAdmitted = ["date", "date-time", "uri-reference"].contains(argument.string)
        case "anyOf": isAdmitted = (argument.array ?? []).contains { faults(of: value, against: $0).isEmpty }
        case "description", "examples", "items", "properties": isAdmitted = true
        default: isAdmitted = false
        }
        return isAdmitted ? [] : ["\(keyword) \(argument) does not admit \(value)"]
    }
}

extension JSONValue {
    /// The value to which a chain of names leads. A digit is an index of an array.
    subscript(path: String...) -> JSONValue? {
        path.reduce(self) { value, name in
            value?.object?[name]
                ?? Int(name).flatMap { index in
                    value?.array.flatMap { $0.indices.contains(index) ? $0[index] : nil }
                }
        }
    }

    /// The value to which a reference within this document leads (RFC 6901); the value itself if it is not a reference.
    func resolving(_ value: JSONValue) -> JSONValue {
        guard let reference = value.object?["$ref"]?.string, reference.hasPrefix("#/") else { return value }
        let target = reference.dropFirst(2).split(separator: "/").reduce(self as JSONValue?) { value, name in
            value?.object?[String(name)]
        }
        return target ?? .null
    }

    /// Every object in the value, and the value itself.
    var allObjects: [JSONObject] {
        switch self {
        case .object(let object): [object] + object.members.flatMap { $0.value.allObjects }
        case .array(let values): values.flatMap(\.allObjects)
        default: []
        }
    }

    fileprivate func isOfType(_ name: String) -> Bool {
        switch self {
        case .null: name == "null"
        case .bool: name == "boolean"
        case .number(let number): name == "number" || name == "integer" && (try? number.scaled(places: 0)) != nil
        case .string: name == "string"
        case .array: name == "array"
        case .object: name == "object"
        }
    }

    fileprivate var integer: Int64 { number.flatMap { try? $0.scaled(places: 0) } ?? -1 }

    /// The number in parts of 10^18, which hold all numbers of the descriptions.
    fileprivate var scaled: Int128 { number.flatMap { try? $0.scaledWide(places: 18) } ?? -1 }
}
