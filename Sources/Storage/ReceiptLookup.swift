import Loyalty

/// Reads the points that receipts earned, on any thread.
package protocol ReceiptLookup: Sendable {
    /// Returns the points that an accepted receipt earned; `nil` if the order has no receipt.
    ///
    /// - Throws: ``LoyaltyError/failed``; ``LoyaltyError/unavailable(retryAfterSeconds:)`` if the lookup is closed.
    func earned(by order: OrderNumber) throws(LoyaltyError) -> Points?

    /// Closes the connection through which the lookup reads. Called before the store stops.
    func close()
}
