import Loyalty

/// The data by which a password is checked.
package struct Credentials: Equatable, Sendable {
    package let user: UserID
    package let passwordHash: PasswordHash
    /// False if the owner has disabled the user.
    package let isEnabled: Bool

    package init(user: UserID, passwordHash: PasswordHash, isEnabled: Bool = true) {
        self.user = user
        self.passwordHash = passwordHash
        self.isEnabled = isEnabled
    }
}
