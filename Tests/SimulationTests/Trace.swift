/// What happened, a line for each event, where somebody wants to read it; an off trace costs nothing.
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

/// A rule broken on purpose, to see that the simulation sees it.
enum BrokenRule: CaseIterable, Sendable {
    /// The repository credits an order again where a settlement is repeated.
    case creditsTwice
    /// The repository gives finished orders out as unfinished, and lets the last answer win.
    case changesFinals
    /// The repository forgets a credit in the ledger now and then.
    case forgetsLedgerEntry
    /// The workers ask while the gate is closed.
    case ignoresGate
    /// The pace is not read from an answer.
    case ignoresPace
    /// The pace that the owner set is not kept.
    case ignoresOwnersPace
    /// The workers never bring back some job.
    case losesJob
    /// An upload is stored and not put into the pool.
    case forgetsUpload
    /// The database does not give out some orders that wait there for room in the pool.
    case losesWaitingOrder
    /// Answers about other orders are believed.
    case believesLies
    /// A storage that refused a batch is taken to have stored it.
    case swallowsRefusal

    var rule: Violation.Rule {
        switch self {
        case .creditsTwice: .finalIsFinal
        // A final order that the database gives out is asked about and settled again.
        case .changesFinals: .settledOnce
        case .forgetsLedgerEntry: .pointsConserved
        case .ignoresGate: .retryAfterKept
        case .ignoresPace, .ignoresOwnersPace: .paceKept
        case .losesJob, .forgetsUpload, .swallowsRefusal, .losesWaitingOrder: .everyOrderEnds
        case .believesLies: .creditedAsAnswered
        }
    }
}
