import JSON
import Loyalty

/// Facts for the owner, as members of a JSON document.
extension JSONValue {
    static func object(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue { .object(JSONObject(members)) }

    static func integer(_ value: some BinaryInteger) -> JSONValue { .number(JSONNumber(Int64(clamping: value))) }

    static func points(_ points: Points) -> JSONValue { .number(JSONNumber(hundredths: Int128(points.hundredths))) }

    static func points(hundredths: Int128) -> JSONValue { .number(JSONNumber(hundredths: hundredths)) }

    /// `2026-11-23T08:17:12Z`
    static func time(_ time: Timestamp) -> JSONValue { .string(time.rfc3339) }

    static func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
}

extension JSONObject {
    init(_ members: KeyValuePairs<String, JSONValue>) {
        self.init(members: members.map { Member(name: $0.key, value: $0.value) })
    }

    static func + (left: JSONObject, right: JSONObject) -> JSONObject {
        JSONObject(members: left.members + right.members)
    }

    /// A whole number that fits 64 bits; nil where the member is something else.
    func integer(_ name: String) -> Int64? {
        self[name]?.number.flatMap { try? $0.scaled(places: 0) }
    }
}
