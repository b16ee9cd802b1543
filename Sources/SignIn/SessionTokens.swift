import Loyalty

/// Makes and recognises tokens.
package protocol SessionTokens: Sendable {
    /// A new token from the system's secure random numbers.
    func makeToken() -> SessionToken
    /// A new device from the same.
    func makeDevice() -> Device
    /// The name under which a token's session is kept.
    func id(of token: SessionToken) -> SessionID
    /// The name under which a device is kept.
    func place(of device: Device) -> SignInPlace
}
