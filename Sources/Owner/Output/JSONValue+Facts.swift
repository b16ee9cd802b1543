import JSON
import Loyalty

/// Facts for the owner, as members of a JSON document.
extension JSONValue {
    package static func object(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
        .object(JSONObject(members))
    }

    package static func integer(_ value: some BinaryInteger) -> JSONValue {
        .number(JSONNumber(Int64(clamping: value)))
    }

    package static func points(_ points: Points) -> JSONValue {
        .number(JSONNumber(hundredths: Int128(points.hundredths)))
    }

    package static func points(hundredths: Int128) -> JSONValue { .number(JSONNumber(hundredths: hundredths)) }

    /// `2026-11-23T08:17:12Z`
    package static func time(_ time: Timestamp) -> JSONValue { .string(time.rfc3339) }

    package static func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
}

extension JSONObject {
    package init(_ members: KeyValuePairs<String, JSONValue>) {
        self.init(members: members.map { Member(name: $0.key, value: $0.value) })
    }

    package static func + (left: JSONObject, right: JSONObject) -> JSONObject {
        JSONObject(members: left.members + right.members)
    }

    /// The member as a whole number of 64 bits; `nil` if it is something else.
    package func integer(_ name: String) -> Int64? {
        self[name]?.number.flatMap { try? $0.scaled(places: 0) }
    }
}
