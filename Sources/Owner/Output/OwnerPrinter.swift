import CommandLine
import JSON
import Posix
import Text

/// Prints the answer to a command: as one JSON document, as a table for spreadsheets, or for a person as lines, fields
/// and a table.
final class OwnerPrinter {
    enum Form {
        case text, json
        /// The rows alone (RFC 4180).
        case csv
    }

    private let rowsName: String?
    private let form: Form
    private let extra: JSONObject
    private let progress = TerminalProgress()
    private let output = CommandOutput()
    private var rows: [JSONObject] = []
    private var table = TextTable()
    private(set) var rowsTaken = 0
    /// The name of the list of the JSON document that has no end yet; `nil` if there is none.
    private var openList: String?
    private var isEmptyList = true
    /// True if the JSON document has no member yet.
    private var isEmptyObject = true

    /// - Parameters:
    ///   - rowsName: the name of the rows in the JSON document; `nil` if the answer has no rows.
    ///   - extra: further members of the document.
    init(rowsName: String?, form: Form, extra: JSONObject = JSONObject([:])) {
        self.rowsName = rowsName
        self.form = form
        self.extra = extra
    }

    func take(_ reply: OwnerReply) {
        switch reply {
        case .progress(let text): progress.show(text)
        case .row(let row):
            rows.append(row)
            rowsTaken += 1
        case .done: preconditionFailure("the last reply must be printed as a result")
        }
    }

    /// Prints a page. The first page has the members of the document besides its rows.
    ///
    /// - Parameter rowsName: the name of this page's rows, if pages of one document have rows of several names.
    func print(_ result: CommandResult, rowsName: String? = nil, isFirst: Bool, isLast: Bool) {
        progress.clear()
        defer { rows = [] }
        guard let document = result.document else {
            return StandardStream.error.write(result.text.printableLines)
        }
        let isDone = isLast || result.status != ExitStatus.success
        switch form {
        case .json: output.write(json(document + extra, rowsName ?? self.rowsName, isFirst, isDone))
        case .csv: output.write(rows.csv(isFirst: isFirst))
        case .text: output.write(text(result, document, isFirst, isDone))
        }
    }

    /// True if the output is lost, so that no further page is wanted.
    var isLost: Bool { output.isLost }

    /// Ends the output and returns the exit status of the command.
    ///
    /// - Parameter done: the change that the command made; `nil` if it changed nothing.
    func end(_ status: Int32, done: String? = nil) -> Int32 {
        output.end(status, done: done)
    }

    /// The document of a page: a list is printed in parts, so that it is never in memory as a whole.
    private func json(_ document: JSONObject, _ rowsName: String?, _ isFirst: Bool, _ isLast: Bool) -> String {
        var text = ""
        if isFirst {
            let members = document.members.map { "\(Self.json(.string($0.name))):\(Self.json($0.value))" }
            text = "{" + members.joined(separator: ",")
            isEmptyObject = members.isEmpty
        }
        if let rowsName {
            let list = rows.map { Self.json(.object($0)) }.joined(separator: ",")
            if openList == rowsName {
                text += list.isEmpty ? "" : (isEmptyList ? "" : ",") + list
                isEmptyList = isEmptyList && list.isEmpty
            } else {
                text += "\(openList == nil ? "" : "]")\(isEmptyObject ? "" : ",")\"\(rowsName)\":[\(list)"
                (openList, isEmptyObject, isEmptyList) = (rowsName, false, list.isEmpty)
            }
        }
        return text + (isLast ? (openList == nil ? "}\n" : "]}\n") : "")
    }

    private static func json(_ value: JSONValue) -> String {
        var writer = JSONWriter()
        writer.value(value)
        return String(decoding: writer.bytes, as: UTF8.self).printableJSON
    }

    private func text(_ result: CommandResult, _ document: JSONObject, _ isFirst: Bool, _ isLast: Bool) -> String {
        if !result.text.isEmpty {
            return result.text.printableLines + extra.members.map { "\($0.name): \($0.value.cell)\n" }.joined()
        }
        let fields = isFirst ? TextTable.fields(document) : ""
        let list = table.lines(rows)
        if isFirst, isLast, rowsName != nil, rows.isEmpty { return fields.isEmpty ? "none\n" : fields }
        return fields + (fields.isEmpty || list.isEmpty ? "" : "\n") + list
    }
}
