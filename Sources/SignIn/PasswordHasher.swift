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

    /// Returns true if a password that matches the hash is to be hashed again, because the hasher makes hashes of
    /// another kind.
    func isOutdated(_ hash: PasswordHash, of password: Password) -> Bool
}

extension PasswordHasher {
    package func isOutdated(_ hash: PasswordHash, of password: Password) -> Bool { false }
}
