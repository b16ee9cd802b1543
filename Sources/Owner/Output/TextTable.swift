import JSON
import Text

/// Columns of text, each as wide as its cells.
struct TextTable {
    private var widths: [Int] = []

    /// The rows as lines, with a heading before the first rows. Later rows keep the widths of the first.
    mutating func lines(_ rows: [JSONObject]) -> String {
        guard let first = rows.first else { return "" }
        let heading = first.members.map { $0.name.uppercased().replacing("_", with: " ").oneLine }
        let isNew = widths.isEmpty
        let cells = rows.map { row in row.members.map(\.value.cell) }
        if isNew { widths = heading.map(\.count) }
        for row in cells {
            for (column, cell) in row.enumerated() where column < widths.count {
                widths[column] = max(widths[column], min(cell.count, Self.cellCharactersMax))
            }
        }
        let isNumber = first.members.map { $0.value.number != nil }
        return ((isNew ? [heading] : []) + cells).map { line($0, isNumber) }.joined()
    }

    /// A longer cell moves the rest of its line, and does not widen the column.
    private static let cellCharactersMax = 40

    private func line(_ cells: [String], _ isNumber: [Bool]) -> String {
        var line = ""
        // Another version of the server may send rows of different columns.
        for (column, cell) in cells.enumerated() where column < min(widths.count, isNumber.count) {
            let padding = String(repeating: " ", count: max(0, widths[column] - cell.count))
            line += (column == 0 ? "" : "  ") + (isNumber[column] ? padding + cell : cell + padding)
        }
        while line.last == " " { line.removeLast() }
        return line + "\n"
    }

    /// A line for each member. A member of an inner object has the name of that object before its own.
    static func fields(_ document: JSONObject) -> String {
        let fields = flattened(document, under: "")
        let width = fields.map(\.name.count).max() ?? 0
        return fields.map { name, value in
            name + String(repeating: " ", count: width - name.count + 2) + value + "\n"
        }.joined()
    }

    private static func flattened(_ document: JSONObject, under prefix: String) -> [(name: String, value: String)] {
        document.members.flatMap { member in
            let name = prefix + member.name.replacing("_", with: " ").oneLine
            guard let inner = member.value.object else { return [(name, member.value.cell)] }
            return flattened(inner, under: "\(name) ")
        }
    }
}

extension JSONValue {
    /// The value for a person, in one line; `-` for null and empty text.
    var cell: String {
        switch self {
        case .null: "-"
        case .bool(let value): value ? "yes" : "no"
        case .number(let number): number.literal
        case .string(let text): text.isEmpty ? "-" : text.oneLine
        case .array(let values): values.map(\.cell).joined(separator: ", ")
        case .object: "{…}"
        }
    }
}
