import Loyalty

/// Hashes passwords off the caller's thread, a bounded number at once and a bounded number waiting. Their turns share the
/// hasher (``HashingTurn``).
package protocol PasswordHasher: Sendable {
    /// Throws ``LoyaltyError/overloaded(retryAfterSeconds:)`` where too many are waiting.
    func hash(_ password: Password, in turn: HashingTurn) async throws(LoyaltyError) -> PasswordHash

    /// Whether the password belongs to the hash. Where there is no hash (an unknown login) it takes as long and answers
    /// false, so that the time tells nobody which logins exist.
    ///
    /// Throws ``LoyaltyError/overloaded(retryAfterSeconds:)`` where too many are waiting.
    func verify(
        _ password: Password, against hash: PasswordHash?, in turn: HashingTurn
    ) async throws(LoyaltyError) -> Bool
}
