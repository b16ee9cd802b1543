import JSON
import Loyalty

/// The accrual pipeline of a running server, as far as the owner's commands use it.
package struct OwnersPool: Sendable {
    /// The state of the pipeline, as `martlet pool` prints it.
    let document: @Sendable () -> JSONObject
    /// Forgets orders that got their final status without an answer of the accrual system.
    let abandon: @Sendable ([UnfinishedOrder]) -> Void
    /// Has the accrual system asked about an order that was uploaded just now.
    let put: @Sendable (UnfinishedOrder) -> Void

    package init(
        document: @escaping @Sendable () -> JSONObject, abandon: @escaping @Sendable ([UnfinishedOrder]) -> Void,
        put: @escaping @Sendable (UnfinishedOrder) -> Void
    ) {
        self.document = document
        self.abandon = abandon
        self.put = put
    }
}
