import Loyalty

/// What a client is handed that has signed in or registered.
package struct SignedIn: Sendable {
    package let session: NewSession
    /// Nil where the client has shown one that is known for its login.
    package let newDevice: Device?
}
