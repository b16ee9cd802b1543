import JSON
import Posix
import Storage

/// What is done with the file as a whole, of whatever schema it is.
extension OwnerCommand {
    /// Backs up or checks; nil for any other command.
    func maintain(
        _ database: any StoreMaintenance, until cancellation: Cancellation = Cancellation(),
        reply: (OwnerReply) -> Void
    ) -> OwnerOutcome? {
        let tell = { (stage: MaintenanceStage) in reply(.progress(stage.text)) }
        do throws(StoreError) {
            switch self {
            case .backup(let file):
                guard let backups = database.backups else {
                    return .failure(ExitStatus.unavailable, "the database's own tools make its backups")
                }
                let report = try backups.backUp(to: file, until: cancellation, progress: tell)
                return OwnerOutcome(
                    status: ExitStatus.success, text: "backed up to \(file): \(report.counts.text)\n",
                    document: JSONObject(["file": .string(file)]) + report.counts.document)
            case .check:
                let begun = SystemClock.monotonicMilliseconds()
                let report = try database.check(until: cancellation, progress: tell)
                for finding in report.findings { reply(.row(finding.document)) }
                return report.outcome(milliseconds: SystemClock.monotonicMilliseconds() - begun)
            default: return nil
            }
        } catch {
            return OwnerOutcome(error)
        }
    }
}

extension OwnerOutcome {
    init(_ error: StoreError) {
        self = .failure(error.isDamage ? ExitStatus.damaged : ExitStatus.unavailable, error.description)
    }
}

extension MaintenanceStage {
    /// A line that the next one replaces on a terminal.
    var text: String {
        switch self {
        case .copying(let done, let pages): "copying, \(pages == 0 ? 100 : done * 100 / pages) %"
        case .checking(let rule, let number, let count): "checking \(number) of \(count): \(rule)"
        }
    }
}

extension CheckReport {
    func outcome(milliseconds: Int64) -> OwnerOutcome {
        OwnerOutcome(
            status: isPassed ? ExitStatus.success : ExitStatus.damaged, text: report(milliseconds: milliseconds),
            document: JSONObject(["passed": .bool(isPassed), "milliseconds": .integer(milliseconds)]) + counts.document)
    }

    /// Every rule with what was found, and how long it took.
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
        "\(users) users, \(orders) orders, \(withdrawals) withdrawals, \(ledgerEntries) ledger entries, \(receipts) receipts"
    }

    var document: JSONObject {
        JSONObject([
            "users": .integer(users), "orders": .integer(orders), "withdrawals": .integer(withdrawals),
            "ledger_entries": .integer(ledgerEntries), "receipts": .integer(receipts),
        ])
    }
}
