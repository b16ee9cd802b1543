import JSON
import Text

extension [JSONObject] {
    /// The rows as lines of RFC 4180, with a heading before the first rows. Without any row there is no heading either,
    /// because the columns are those of the rows.
    func csv(isFirst: Bool) -> String {
        guard let first else { return "" }
        let heading = isFirst ? Self.line(first.members.map { $0.name.csvField }) : ""
        return heading + map { row in Self.line(row.members.map(\.value.csvField)) }.joined()
    }

    private static func line(_ fields: [String]) -> String { fields.joined(separator: ",") + "\r\n" }
}

extension JSONValue {
    fileprivate var csvField: String {
        switch self {
        case .null: ""
        case .number(let number): number.literal
        case .string(let text): text.csvField
        default: cell.csvField
        }
    }
}
