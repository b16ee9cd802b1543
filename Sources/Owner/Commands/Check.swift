import CommandLine
import JSON
import Posix
import Storage

/// Checks that the database is whole and that points add up, with each rule as a row.
struct Check: FileOperation, Equatable {
    static var wire: WireForm<Self> { WireForm("check", make: Self.init) }

    var summary: String { "check" }

    func run(
        on database: any StoreMaintenance, until cancellation: Cancellation, reply: (OwnerReply) -> Void
    ) throws(StoreError) -> CommandResult {
        let begun = SystemClock.monotonicMilliseconds()
        let report = try database.check(until: cancellation) { reply(.progress($0.text)) }
        for finding in report.findings { reply(.row(finding.document)) }
        return report.result(milliseconds: SystemClock.monotonicMilliseconds() - begun)
    }
}

extension OwnerCommand {
    static let check = OwnerCommand(
        "check", "check that the database is whole and that points add up", Check.self, options: [.json],
        document:
            #"{"passed", "milliseconds", \#(CheckReport.Counts.memberNames), "rules": [{"rule", "faults"}]}"#
    ) { _, _ in OwnerRequest(Check(), rowsName: "rules") }
}

extension CheckReport {
    fileprivate func result(milliseconds: Int64) -> CommandResult {
        CommandResult(
            status: isPassed ? ExitStatus.success : ExitStatus.damaged, text: report(milliseconds: milliseconds),
            document: JSONObject(["passed": .bool(isPassed), "milliseconds": .integer(milliseconds)]) + counts.document)
    }

    /// Every rule with its faults, and the duration of the check.
    private func report(milliseconds: Int64) -> String {
        var lines = findings.map { finding in
            let faults = finding.faults.map { "       \($0)\n" }.joined()
            return "\(finding.faults.isEmpty ? "ok    " : "FAILED") \(finding.rule)\n\(faults)"
        }
        let seconds = "\(milliseconds / 1000).\(milliseconds % 1000 / 100)"
        lines.append("\(isPassed ? "passed" : "FAILED"): \(counts.text), in \(seconds) s\n")
        return lines.joined()
    }
}

extension CheckReport.Finding {
    fileprivate var document: JSONObject {
        JSONObject(["rule": .string(rule), "faults": .array(faults.map { .string($0) })])
    }
}

extension CheckReport.Counts {
    var text: String {
        let entries = ledgerEntries == 1 ? "1 ledger entry" : "\(ledgerEntries) ledger entries"
        return [
            users.counted("user"), orders.counted("order"), withdrawals.counted("withdrawal"), entries,
            receipts.counted("receipt"),
        ].joined(separator: ", ")
    }

    var document: JSONObject {
        JSONObject([
            "users": .integer(users), "orders": .integer(orders), "withdrawals": .integer(withdrawals),
            "ledger_entries": .integer(ledgerEntries), "receipts": .integer(receipts),
        ])
    }

    /// The names of the members of ``document``, for the help.
    static let memberNames = #""users", "orders", "withdrawals", "ledger_entries", "receipts""#
}
