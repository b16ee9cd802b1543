import JSON
import Loyalty

/// The accrual pipeline of a running server, as far as the owner's commands use it.
package struct OwnersPool: Sendable {
    /// True if the pipeline asks the built-in accrual system, so that receipts earn points.
    let knowsReceipts: Bool
    /// The state of the pipeline, as `martlet pool` prints it.
    let document: @Sendable () -> JSONObject
    /// The number of orders that wait for the accrual system, and its state: `healthy`, `throttled`, `troubled`, or
    /// `unknown` before the first answer.
    let state: @Sendable () -> (waiting: Int, accrual: String)
    /// Forgets orders that got their final status without an answer of the accrual system.
    let abandon: @Sendable ([UnfinishedOrder]) -> Void
    /// Has the accrual system asked about an order that was uploaded just now.
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
