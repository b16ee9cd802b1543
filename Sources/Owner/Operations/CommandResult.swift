import CommandLine
import JSON
import Storage

/// The result of a command, for the owner and for scripts.
struct CommandResult: Equatable, Sendable {
    /// The exit status of the command.
    let status: Int32
    /// The lines that a person reads, of which the last states the result. Empty if the document contains everything.
    var text = ""
    /// The document that `--json` prints; `nil` if the command failed.
    var document: JSONObject?
    /// The position at which the next page begins; `nil` if there is no next page.
    var next: Int64?

    static func failure(_ status: Int32, _ reason: String) -> CommandResult {
        CommandResult(status: status, text: "martlet: \(reason)\n")
    }

    /// The last line of the text.
    var summary: String { text.split(separator: "\n").last.map { String($0) } ?? "" }
}

extension CommandResult {
    /// A command that did what it should.
    static func success(_ document: JSONObject, text: String = "", next: Int64? = nil) -> CommandResult {
        CommandResult(status: ExitStatus.success, text: text, document: document, next: next)
    }

    init(_ error: StoreError) {
        let status =
            if error.isDamage {
                ExitStatus.damaged
            } else if error.isAddressFault {
                ExitStatus.configuration
            } else {
                ExitStatus.unavailable
            }
        self = .failure(status, error.description)
    }
}
