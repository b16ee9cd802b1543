import CommandLine
import Configuration
import JSON
import Posix
import Storage
import Time

/// `martlet restore`. It asks no server, since no server may run on the database meanwhile.
enum RestoreCommand {
    static func run(_ invocation: Invocation, _ configuration: Configuration, _ store: any IdleStore) -> Int32 {
        let path = configuration.database.printable
        let printer = OwnerPrinter(rowsName: nil, form: invocation.has(.json) ? .json : .text)
        let result: CommandResult
        StopRequest.take()
        do throws(StoreError) {
            let caller = Caller.current
            if let path = configuration.database.path {
                try DatabaseAccount.of(database: path, caller: caller.id, isReplaced: true)?.assume(withGroups: true)
            }
            let now = CivilTime(secondsSince1970: SystemClock.wallMilliseconds() / 1000)
            let (report, kept) = try store.restore(
                invocation.operands[0], keepingOldAs: FormerDatabase.restoreSuffix + now.forFileName,
                caller: caller.id, until: StopRequest.cancellation, progress: { printer.take(.progress($0.text)) })
            let old = kept.map { "the old database is kept as \($0)\n" } ?? ""
            result = .success(
                JSONObject(["database": .string(path), "kept": .text(kept)]) + report.counts.document,
                text: "restored \(path): \(report.counts.text)\n\(old)")
        } catch {
            result = CommandResult(error)
        }
        if result.status != ExitStatus.success {
            StopRequest.leave {
                StandardStream.error.write("martlet: stopped by a signal; nothing was changed\n")
            }
        }
        printer.print(result, isFirst: true, isLast: true)
        let lines = result.text.split(separator: "\n").joined(separator: "; ")
        return printer.end(result.status, done: result.status == ExitStatus.success ? lines : nil)
    }
}

extension Command {
    /// - Parameter store: the store of a configuration.
    package static func restore(of store: @escaping @Sendable (Configuration) -> any IdleStore) -> Command {
        Command(
            "restore", "replace the database by the backup FILE; no server may run on it", operands: ["FILE"],
            options: [.json], settings: [Settings.database],
            details: [
                "FILE is checked first, and stays as it is. If it fails its check, the database stays too.",
                "The old database is kept beside the new one: its name ends with \(FormerDatabase.restoreSuffix) and the time.",
            ],
            document: #"{"database", "kept", \#(CheckReport.Counts.memberNames)}"#,
            statuses: OwnerCommand.Statuses.read, effect: .changes,
            action: .run { invocation, configuration, _ in
                RestoreCommand.run(invocation, configuration, store(configuration))
            })
    }
}
