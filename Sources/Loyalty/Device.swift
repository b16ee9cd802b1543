/// A random name of 128 bits, in base64url, that a browser keeps as a cookie after a sign-in and presents beside the
/// password at the next one (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").
///
/// It is not a credential. It shows that an attempt comes from a place of the login's owner, so that it is not counted
/// together with the attempts of strangers at the same address. It prints as dots all the same, because a log has no
/// use for it.
package struct Device: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package static let byteCount = 16
    package static let textBytes = 22

    package let text: String

    /// Returns `nil` if the text does not have the length of a device made by this server. Any text of that length is
    /// accepted, because the server does not keep a list of all devices.
    package init?(_ text: some Collection<UInt8>) {
        guard text.count == Self.textBytes else { return nil }
        self.text = String(decoding: text, as: UTF8.self)
    }

    package var description: String { "•••" }
    package var debugDescription: String { "•••" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
