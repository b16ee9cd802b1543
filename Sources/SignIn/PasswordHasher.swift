import Loyalty

/// Hashes passwords on other threads than the caller's. The number of passwords hashed at once and the number waiting
/// are bounded; waiting passwords take turns (``HashingTurn``).
package protocol PasswordHasher: Sendable {
    /// Throws ``LoyaltyError/overloaded(retryAfterSeconds:)`` if too many passwords are waiting.
    func hash(_ password: Password, in turn: HashingTurn) async throws(LoyaltyError) -> PasswordHash

    /// Returns true if the password matches the hash. Without a hash (the login is unknown) it takes as long and
    /// returns false, so that the time does not reveal which logins exist.
    ///
    /// Throws ``LoyaltyError/overloaded(retryAfterSeconds:)`` if too many passwords are waiting.
    func verify(
        _ password: Password, against hash: PasswordHash?, in turn: HashingTurn
    ) async throws(LoyaltyError) -> Bool
}
