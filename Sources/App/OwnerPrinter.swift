import JSON
import Posix
import Text

/// Prints what becomes of a command: as one JSON document, or for a person as lines, fields and a table.
final class OwnerPrinter {
    private let rowsName: String?
    private let isJSON: Bool
    private let extra: JSONObject
    private let progress = TerminalProgress()
    private let output = CommandOutput()
    private var rows: [JSONObject] = []
    private var table = TextTable()
    private(set) var rowsTaken = 0

    /// - Parameter extra: what goes into the document besides.
    init(rowsName: String?, isJSON: Bool, extra: JSONObject = JSONObject([:])) {
        self.rowsName = rowsName
        self.isJSON = isJSON
        self.extra = extra
    }

    func take(_ reply: OwnerReply) {
        switch reply {
        case .progress(let text): progress.show(text)
        case .row(let row):
            rows.append(row)
            rowsTaken += 1
        case .done: preconditionFailure("the last reply is the outcome")
        }
    }

    /// Prints a page: the first with all that is no row.
    func print(_ outcome: OwnerOutcome, isFirst: Bool, isLast: Bool) {
        progress.clear()
        defer { rows = [] }
        guard let document = outcome.document else {
            return StandardStream.error.write(outcome.text.printableLines)
        }
        let isDone = isLast || outcome.status != ExitStatus.success
        output.write(isJSON ? json(document + extra, isFirst, isDone) : text(outcome, document, isFirst, isDone))
    }

    /// Whether what was printed is lost, so that no further page is wanted.
    var isLost: Bool { output.isLost }

    /// Ends the output and returns the exit status of the command.
    ///
    /// - Parameter done: what the command has changed; `nil` if it changed nothing.
    func end(_ status: Int32, done: String? = nil) -> Int32 {
        output.end(status, done: done)
    }

    /// The document in parts, so that no list is ever held as a whole.
    private func json(_ document: JSONObject, _ isFirst: Bool, _ isLast: Bool) -> String {
        var parts = isFirst ? document.members.map { "\(Self.json(.string($0.name))):\(Self.json($0.value))" } : []
        guard let rowsName else { return "{\(parts.joined(separator: ","))}\n" }
        let list = rows.map { Self.json(.object($0)) }.joined(separator: ",")
        if isFirst {
            parts.append("\"\(rowsName)\":[\(list)")
        } else if !list.isEmpty {
            parts.append(",\(list)")
        }
        return (isFirst ? "{" : "") + parts.joined(separator: ",") + (isLast ? "]}\n" : "")
    }

    private static func json(_ value: JSONValue) -> String {
        var writer = JSONWriter()
        writer.value(value)
        return String(decoding: writer.bytes, as: UTF8.self).printableJSON
    }

    private func text(_ outcome: OwnerOutcome, _ document: JSONObject, _ isFirst: Bool, _ isLast: Bool) -> String {
        if !outcome.text.isEmpty {
            return outcome.text.printableLines + extra.members.map { "\($0.name): \($0.value.cell)\n" }.joined()
        }
        let fields = isFirst ? TextTable.fields(document) : ""
        let list = table.lines(rows)
        if isFirst, isLast, rowsName != nil, rows.isEmpty { return fields.isEmpty ? "none\n" : fields }
        return fields + (fields.isEmpty || list.isEmpty ? "" : "\n") + list
    }
}

/// Columns of text, each as wide as what stands in it.
struct TextTable {
    private var widths: [Int] = []

    /// The rows' lines, with a heading before the first; later rows go under the same columns.
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

    /// A long cell moves what stands behind it, and does not widen the whole column.
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

    /// A line for each member; those of an object inside have its name before theirs.
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
    /// As a person reads it, in one line; `-` for nothing.
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

/// Shows on a terminal how far a command is, in one line.
final class TerminalProgress {
    private let isShown = StandardStream.error.isTerminal
    private var isLineBegun = false
    /// Longer text would not fit a line of a terminal, and so could not be replaced.
    private static let textCharactersMax = 120

    func show(_ text: String) {
        guard isShown, !text.isEmpty else { return }
        isLineBegun = true
        StandardStream.error.write("\r\u{1B}[K\(String(text.prefix(Self.textCharactersMax)).oneLine)")
    }

    func clear() {
        if isLineBegun { StandardStream.error.write("\r\u{1B}[K") }
        isLineBegun = false
    }
}
