/// A log of the events of a day, a line each. A trace that is off costs nothing.
final class Trace {
    private(set) var lines: [String] = []
    private let isOn: Bool

    init(isOn: Bool) { self.isOn = isOn }

    func note(_ now: Int64, _ event: @autoclosure () -> String) {
        if isOn { lines.append("\(now) \(event())") }
    }
}

/// A rule of the pipeline that did not hold.
struct Violation: Error, CustomStringConvertible {
    let at: Int64
    let rule: Rule
    let detail: String

    enum Rule: String {
        case pointsConserved, creditedAsAnswered, finalIsFinal, settledOnce, retryAfterKept, paceKept, everyOrderEnds
        case fileAgrees
    }

    var description: String { "\(rule) at \(at) ms: \(detail)" }
}

/// A rule that is broken on purpose, to show that the simulation detects it.
enum BrokenRule: CaseIterable, Sendable {
    /// The repository credits an order again if a settlement is repeated.
    case creditsTwice
    /// The repository returns finished orders as unfinished, and lets the last answer win.
    case changesFinals
    /// The repository omits a credit from the ledger now and then.
    case forgetsLedgerEntry
    /// The workers ask while the gate is closed.
    case ignoresGate
    /// The pace in an answer is ignored.
    case ignoresPace
    /// The owner's pace is ignored.
    case ignoresOwnersPace
    /// The workers lose a job.
    case losesJob
    /// An upload is stored and not put into the pool.
    case forgetsUpload
    /// The database does not return some orders that wait there for room in the pool.
    case losesWaitingOrder
    /// Answers about other orders are believed.
    case believesLies
    /// A batch that the storage refused is treated as stored.
    case swallowsRefusal

    var rule: Violation.Rule {
        switch self {
        case .creditsTwice: .finalIsFinal
        // A final order that the database returns is asked about and settled again.
        case .changesFinals: .settledOnce
        case .forgetsLedgerEntry: .pointsConserved
        case .ignoresGate: .retryAfterKept
        case .ignoresPace, .ignoresOwnersPace: .paceKept
        case .losesJob, .forgetsUpload, .swallowsRefusal, .losesWaitingOrder: .everyOrderEnds
        case .believesLies: .creditedAsAnswered
        }
    }
}
