import Loyalty

/// The result of signing in or registering.
package struct SignedIn: Sendable {
    package let session: NewSession
    /// The device for the client to keep; `nil` if it presented a device that is known for its login.
    package let newDevice: Device?
}
