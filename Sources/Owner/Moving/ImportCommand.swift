import CommandLine
import Configuration
import JSON
import Loyalty
import Posix
import Storage
import Text

/// `martlet import`. It asks no server, since no server may run on the database meanwhile.
struct ImportCommand {
    private let path: String
    private let configuration: Configuration
    private let store: any IdleStore
    private let isDryRun: Bool
    private let progress: (String) -> Void

    static func run(_ invocation: Invocation, _ configuration: Configuration, _ store: any IdleStore) -> Int32 {
        let printer = OwnerPrinter(rowsName: nil, form: invocation.has(.json) ? .json : .text)
        StopRequest.take()
        let command = ImportCommand(
            path: invocation.operands[0], configuration: configuration, store: store, isDryRun: invocation.has(.dryRun),
            progress: { printer.take(.progress($0)) })
        let result: CommandResult
        do throws(StoreError) { result = try command.result() } catch { result = CommandResult(error) }
        let isDone = result.status == ExitStatus.success
        // The result says whether the signal came before the commit.
        if !isDone { StopRequest.leave { printer.print(result, isFirst: true, isLast: true) } }
        printer.print(result, isFirst: true, isLast: true)
        return printer.end(result.status, done: isDone ? result.summary : nil)
    }

    private func result() throws(StoreError) -> CommandResult {
        // Root may read a file that the database's owner may not.
        let file: LineFile
        do throws(SystemError) {
            file = try LineFile(path: path, lineBytesMax: ShopLine.bytesMax)
        } catch {
            throw StoreError("The file \(path) can't be opened (\(error)).")
        }
        if let path = configuration.database.path {
            try DatabaseAccount.of(
                database: path, caller: Caller.current.id, isReplaced: !PrivateFile.exists(path: path))?
                .assume(withGroups: true)
        }
        let cancellation = StopRequest.cancellation
        let target = try store.openImport(
            at: Timestamp(milliseconds: SystemClock.wallMilliseconds()), until: cancellation)
        defer { target.discard() }
        var reading = ShopReading()
        try reading.read(file, into: target, until: cancellation) { progress("reading line \($0)") }
        guard reading.faultCount == 0 else { return Self.refusal(reading, path) }
        let report = try target.apply(hasPositions: reading.hasPositions ?? false) { progress($0.text) }
        guard report.check.isPassed else {
            let rules = report.check.findings.filter { !$0.faults.isEmpty }.map(\.rule)
            throw StoreError(
                "With the import, the database does not pass its check, and nothing was imported: "
                    + rules.joined(separator: "; "), isDamage: true)
        }
        if !isDryRun { try target.commit() }
        return success(reading, report)
    }

    private static func refusal(_ reading: ShopReading, _ path: String) -> CommandResult {
        let rest = reading.faultCount - reading.faults.count
        let lines = reading.faults.map { "\(path.oneLine):\($0.line): \($0.text)\n" }
        let more = rest > 0 ? "and \(rest) more\n" : ""
        return CommandResult(
            status: ExitStatus.refused,
            text: lines.joined() + more + "martlet: \(reading.faultCount.counted("fault")); nothing was imported\n")
    }

    private func success(_ reading: ShopReading, _ report: ImportReport) -> CommandResult {
        let database = configuration.database.printable
        let counts = reading.counts
        let current = JSONNumber(hundredths: report.points.current).literal
        let withdrawn = JSONNumber(hundredths: report.points.withdrawn).literal
        let document = JSONObject([
            "database": .string(database), "dry_run": .bool(isDryRun), "lines": .integer(reading.lineCount),
            "users": .integer(counts.users), "users_without_password": .integer(reading.usersWithoutPassword),
            "orders": .integer(counts.orders), "unfinished_orders": .integer(report.unfinished),
            "withdrawals": .integer(counts.withdrawals),
            "adjustments": .integer(counts.adjustments), "refunds": .integer(counts.refunds),
            "returns": .integer(counts.returns), "current": .points(hundredths: report.points.current),
            "withdrawn": .points(hundredths: report.points.withdrawn),
        ])
        let facts =
            "\(counts.text);\(Self.text(ofUsersWithoutPassword: reading.usersWithoutPassword)) "
            + "the users have \(current) points and have withdrawn \(withdrawn); "
            + "the accrual system is asked about \(report.unfinished.counted("order"))\n"
        return .success(
            document,
            text: isDryRun
                ? "could import into \(database): \(facts)nothing was changed (--dry-run)\n"
                : "imported into \(database): \(facts)the database passes its check\n")
    }

    private static func text(ofUsersWithoutPassword count: Int64) -> String {
        guard count > 0 else { return "" }
        return " \(count.counted("user")) \(count == 1 ? "has" : "have") no password;"
    }
}

extension CommandOption {
    static let dryRun = CommandOption("--dry-run", nil, "do everything, and then leave the database as it was")
}

extension Command {
    /// - Parameter store: the store of a configuration.
    package static func `import`(into store: @escaping @Sendable (Configuration) -> any IdleStore) -> Command {
        Command(
            "import", "add users, orders and points of FILE; no server may run on the database",
            operands: ["FILE"], options: [.dryRun, .json], settings: [Settings.database],
            details: [
                "FILE has the lines that martlet export writes, of this shop or of another server. /dev/stdin reads a pipe.",
                "All of it is imported or nothing. Each line that can't be is named, up to "
                    + "\(ShopReading.faultsNamedMax) of them.",
                "Lines that do not go together are named once no line has a fault of its own, and wrong balances after that.",
                "The database is made if there is none, and is checked before it counts. One of PostgreSQL has to be empty.",
            ],
            document:
                #"{"database", "dry_run", "lines", "users", "users_without_password", "orders", "unfinished_orders", "withdrawals", "adjustments", "refunds", "returns", "current", "withdrawn"}"#,
            statuses: OwnerCommand.Statuses.read + [ExitStatus.refused], effect: .changes,
            action: .run { invocation, configuration, _ in
                ImportCommand.run(invocation, configuration, store(configuration))
            })
    }
}
