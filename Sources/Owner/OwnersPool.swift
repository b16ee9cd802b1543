import JSON
import Loyalty
import Storage

/// The accrual pipeline of a running server, as far as the owner's commands use it: that of the process itself, or that
/// of the server that leads among several.
package struct OwnersPool: Sendable {
    /// True if the pipeline asks the built-in accrual system, so that receipts earn points.
    let knowsReceipts: Bool
    /// The state of the pipeline, as `martlet pool` prints it.
    let document: @Sendable () -> JSONObject
    /// The number of orders that wait for the accrual system, and its state: `healthy`, `throttled`, `troubled`, or
    /// `unknown` before the first answer.
    package let state: @Sendable () -> (waiting: Int, accrual: String)
    /// Forgets orders that got their final status without an answer of the accrual system.
    let abandon: @Sendable ([UnfinishedOrder]) -> Void
    /// Queues an order that was uploaded just now, so that the accrual system is asked about it.
    let put: @Sendable (UnfinishedOrder) -> Void

    package init(
        knowsReceipts: Bool, document: @escaping @Sendable () -> JSONObject,
        state: @escaping @Sendable () -> (waiting: Int, accrual: String),
        abandon: @escaping @Sendable ([UnfinishedOrder]) -> Void,
        put: @escaping @Sendable (UnfinishedOrder) -> Void
    ) {
        self.knowsReceipts = knowsReceipts
        self.document = document
        self.state = state
        self.abandon = abandon
        self.put = put
    }
}

/// The report of the server that leads, which a store keeps for the commands that ask no server.
extension OwnersPool {
    /// The pipeline's state as a text for other processes.
    ///
    /// - Parameter leader: names this process and its machine for a person.
    package func report(of leader: String) -> String {
        let (_, accrual) = state()
        let pool = JSONObject(members: [.init(name: "leader", value: .string(leader))] + document().members)
        var writer = JSONWriter()
        writer.value(.object(["built_in": .bool(knowsReceipts), "accrual": .string(accrual), "pool": .object(pool)]))
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// The pipeline of another process; `nil` if it has left no report that can be read.
    ///
    /// It learns of dropped and of uploaded orders from the store, not from this process.
    package init?(_ report: LeadersReport) {
        guard let text = report.text, let object = (try? JSONParser.parse(Array(text.utf8)))?.object,
            case .bool(let isBuiltIn)? = object["built_in"], let accrual = object["accrual"]?.string,
            let document = object["pool"]?.object, let waiting = document.integer("waiting"),
            let inFlight = document.integer("in_flight")
        else { return nil }
        let (count, isTooHigh) = waiting.addingReportingOverflow(inFlight)
        guard waiting >= 0, inFlight >= 0, !isTooHigh else { return nil }
        self.init(
            knowsReceipts: isBuiltIn || report.hasReceiptServer, document: { document },
            state: { (Int(clamping: count), accrual) }, abandon: { _ in }, put: { _ in })
    }
}
