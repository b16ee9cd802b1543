import Loyalty

/// Makes session tokens and devices, and computes the ids under which they are stored.
package protocol SessionTokens: Sendable {
    /// Makes a token from the system's secure random numbers.
    func makeToken() -> SessionToken
    /// Makes a device from the system's secure random numbers.
    func makeDevice() -> Device
    /// Returns the id under which a token's session is stored.
    func id(of token: SessionToken) -> SessionID
    /// Returns the place under which a device is stored.
    func place(of device: Device) -> SignInPlace
}
