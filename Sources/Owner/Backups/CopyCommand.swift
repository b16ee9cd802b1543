import CommandLine
import Configuration
import JSON
import Posix
import Storage

/// `martlet copy`. It asks no server, since no server may run on either of the databases meanwhile.
enum CopyCommand {
    /// Copies a database into a new one, and returns what is in it.
    typealias Copy =
        @Sendable (
            _ source: DatabaseLocation, _ target: DatabaseLocation, _ cancellation: Cancellation,
            _ progress: @escaping (CopyProgress) -> Void
        ) throws(StoreError) -> CheckReport.Counts

    static func run(_ invocation: Invocation, by copy: Copy) -> Int32 {
        let printer = OwnerPrinter(rowsName: nil, form: invocation.has(.json) ? .json : .text)
        StopRequest.take()
        let result = result(of: invocation.operands, by: copy) { printer.take(.progress($0.text)) }
        if result.status != ExitStatus.success {
            // The result says whether the signal came before the commit.
            StopRequest.leave { printer.print(result, isFirst: true, isLast: true) }
        }
        printer.print(result, isFirst: true, isLast: true)
        return printer.end(result.status, done: result.status == ExitStatus.success ? result.summary : nil)
    }

    private static func result(
        of operands: [String], by copy: Copy, progress: @escaping (CopyProgress) -> Void
    ) -> CommandResult {
        for (name, text) in zip(["FROM", "TO"], operands) {
            if let fault = DatabaseLocation.fault(in: text) {
                return .failure(ExitStatus.usage, "\(name): \(fault)")
            }
        }
        guard let source = DatabaseLocation(operands[0]), let target = DatabaseLocation(operands[1]) else {
            preconditionFailure("a text without a fault must name a database")
        }
        do throws(StoreError) {
            try assumeOwner(of: source, target)
            let counts = try copy(source, target, StopRequest.cancellation, progress)
            return .success(
                JSONObject(["from": .string(source.printable), "to": .string(target.printable)]) + counts.document,
                text: "copied \(source.printable) to \(target.printable): \(counts.text)\n")
        } catch {
            // The addresses are operands and not settings, so a faulty one is misuse.
            return error.isAddressFault ? .failure(ExitStatus.usage, error.description) : CommandResult(error)
        }
    }

    /// Root works in the name of the account that owns the SQLite file. If both databases are files, that account is
    /// the owner of the source, and needs the right to write in the folder of the copy.
    private static func assumeOwner(
        of source: DatabaseLocation, _ target: DatabaseLocation
    ) throws(StoreError) {
        guard let path = source.path ?? target.path else { return }
        try DatabaseAccount.of(database: path, caller: Caller.current.id, isReplaced: source.path == nil)?
            .assume(withGroups: true)
    }
}

extension CopyProgress {
    fileprivate var text: String {
        switch self {
        case .waiting: "waiting until the last server has been gone for ten to twenty seconds"
        case .copying(let table, let done, let rows): "copying \(table), \(Self.percent(done, rows)) %"
        case .indexing: "making keys and indexes"
        case .comparing(let table, let done, let rows): "comparing \(table), \(Self.percent(done, rows)) %"
        case .checking(let stage): stage.text
        }
    }

    private static func percent(_ done: Int64, _ rows: Int64) -> Int64 {
        rows == 0 ? 100 : Int64(Double(done) / Double(rows) * 100)
    }
}

extension Command {
    /// - Parameter copy: copies a database into a new one.
    package static func copy(
        by copy:
            @escaping @Sendable (
                _ source: DatabaseLocation, _ target: DatabaseLocation, _ cancellation: Cancellation,
                _ progress: @escaping (CopyProgress) -> Void
            ) throws(StoreError) -> CheckReport.Counts
    ) -> Command {
        Command(
            "copy", "copy the database FROM into a new one, TO; no server may run on either",
            operands: ["FROM", "TO"], options: [.json],
            details: [
                "FROM and TO are paths of files of SQLite, or addresses of databases of PostgreSQL (postgres://…).",
                "TO is a file that does not exist yet, or a database of PostgreSQL without tables of Martlet.",
                "All of the shop is copied or nothing; each row is compared, and the copy is checked.",
            ],
            document: #"{"from", "to", \#(CheckReport.Counts.memberNames)}"#,
            statuses: OwnerCommand.Statuses.read, effect: .changes, opensDatabase: false,
            action: .run { invocation, _, _ in CopyCommand.run(invocation, by: copy) })
    }
}
