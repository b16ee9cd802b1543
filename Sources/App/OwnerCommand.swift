import JSON
import Loyalty
import Posix
import Store

/// What an owner has done with the database: by the server that runs on it, or where none runs, by the command itself.
enum OwnerCommand: Equatable, Sendable {
    /// To an absolute path.
    case backup(file: String)
    case check

    /// What became of it, for the owner and for scripts.
    struct Outcome: Equatable, Sendable {
        let status: Int32
        /// Lines, for stdout where it went well and stderr where not; the last says what came of it.
        let text: String

        var summary: String { text.split(separator: "\n").last.map { String($0) } ?? "" }
    }

    var summary: String {
        switch self {
        case .backup(let file): "backup to \(file)"
        case .check: "check"
        }
    }

    func run(
        on database: any OwnersDatabase, until cancellation: Cancellation = Cancellation(), now: () -> Int64,
        progress: (String) -> Void
    ) -> Outcome {
        let begun = now()
        let tell = { (stage: Backup.Stage) in progress(stage.text) }
        do throws(StoreError) {
            switch self {
            case .backup(let file):
                let check = try database.backUp(to: file, until: cancellation, progress: tell)
                let text = "backed up to \(file): \(check.counts.text)\n"
                return Outcome(status: ExitStatus.success, text: text)
            case .check:
                let check = try database.check(until: cancellation, progress: tell)
                return Outcome(
                    status: check.isPassed ? ExitStatus.success : ExitStatus.damaged,
                    text: check.report(milliseconds: now() - begun))
            }
        } catch {
            return Outcome(status: ExitStatus.unavailable, text: "martlet: \(error)\n")
        }
    }
}

extension Backup.Stage {
    /// A line that the next one replaces on a terminal.
    var text: String {
        switch self {
        case .copying(let done, let pages): "copying, \(pages == 0 ? 100 : done * 100 / pages) %"
        case .checking(let rule, let number, let count): "checking \(number) of \(count): \(rule)"
        }
    }
}

extension IntegrityCheck {
    /// Every rule with what was found, and how long it took.
    func report(milliseconds: Int64) -> String {
        var lines = findings.map { finding in
            let faults = finding.faults.map { "       \($0)\n" }.joined()
            return "\(finding.faults.isEmpty ? "ok    " : "FAILED") \(finding.rule)\n\(faults)"
        }
        let seconds = "\(milliseconds / 1000).\(milliseconds % 1000 / 100)"
        lines.append("\(isPassed ? "passed" : "FAILED"): \(counts.text), in \(seconds) s\n")
        return lines.joined()
    }
}

extension IntegrityCheck.Counts {
    var text: String {
        "\(users) users, \(orders) orders, \(withdrawals) withdrawals, \(ledgerEntries) ledger entries, \(receipts) receipts"
    }
}

/// The command as a line of JSON, and back.
extension OwnerCommand {
    var line: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.name("command")
            switch self {
            case .backup(let file):
                writer.string("backup")
                writer.name("file")
                writer.string(file)
            case .check: writer.string("check")
            }
        }
        return writer.bytes + [0x0A]
    }

    /// Nil for what is no command.
    init?(line: some Sequence<UInt8>) {
        guard let object = try? JSONParser.parse(line).object else { return nil }
        switch object["command"]?.string {
        case "backup":
            guard let file = object["file"]?.string, file.hasPrefix("/") else { return nil }
            self = .backup(file: file)
        case "check": self = .check
        default: return nil
        }
    }
}

/// What the server says of a command under way, as a line of JSON, and back.
enum OwnerReply: Equatable, Sendable {
    case progress(String)
    case done(OwnerCommand.Outcome)

    var line: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            switch self {
            case .progress(let text):
                writer.name("progress")
                writer.string(text)
            case .done(let outcome):
                writer.name("status")
                writer.literal(String(outcome.status))
                writer.name("text")
                writer.string(outcome.text)
            }
        }
        return writer.bytes + [0x0A]
    }

    init?(line: some Sequence<UInt8>) {
        guard let object = try? JSONParser.parse(line).object else { return nil }
        if let text = object["progress"]?.string {
            self = .progress(text)
            return
        }
        guard let number = object["status"]?.number, let status = try? number.scaled(places: 0),
            let status = Int32(exactly: status), let text = object["text"]?.string
        else { return nil }
        self = .done(OwnerCommand.Outcome(status: status, text: text))
    }
}
