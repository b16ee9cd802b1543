import Configuration
import JSON
import Posix
import SQLiteStore
import Storage
import Time

/// `martlet restore`: no server may run meanwhile, so that it asks none.
enum RestoreCommand {
    static func run(_ invocation: Invocation, _ configuration: Configuration) -> Int32 {
        let path = configuration.database.path
        let printer = OwnerPrinter(rowsName: nil, isJSON: invocation.has(.json))
        let outcome: OwnerOutcome
        StopRequest.take()
        do throws(StoreError) {
            let caller = Caller.current
            try DatabaseAccount.of(database: path, caller: caller.id, isReplaced: true)?.assume(withGroups: true)
            let (report, kept) = try Restore.run(
                invocation.operands[0], to: path, keepingOldAs: ".before-restore-\(timeForFileNames)",
                caller: caller.id, until: StopRequest.cancellation, progress: { printer.take(.progress($0.text)) })
            let old = kept.map { "the database that was there is kept as \($0)\n" } ?? ""
            outcome = OwnerOutcome(
                status: ExitStatus.success, text: "restored \(path): \(report.counts.text)\n\(old)",
                document: JSONObject(["database": .string(path), "kept": .text(kept)]) + report.counts.document)
        } catch {
            outcome = OwnerOutcome(error)
        }
        if outcome.status != ExitStatus.success {
            StopRequest.leave {
                StandardStream.error.write("martlet: given up, as a signal asked for; nothing was changed\n")
            }
        }
        printer.print(outcome, isFirst: true, isLast: true)
        let lines = outcome.text.split(separator: "\n").joined(separator: "; ")
        return printer.end(outcome.status, done: outcome.status == ExitStatus.success ? lines : nil)
    }

    /// `20261123T081712Z`
    private static var timeForFileNames: String {
        CivilTime(secondsSince1970: SystemClock.wallMilliseconds() / 1000).rfc3339.filter { $0 != "-" && $0 != ":" }
    }
}
