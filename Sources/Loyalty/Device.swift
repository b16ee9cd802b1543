/// What a browser shows beside the password where its user has signed in before: 128 random bits, as base64url (OWASP, "Slow Down
/// Online Guessing Attacks with Device Cookies").
///
/// It signs nobody in: it says whose attempts these are, so that they are not counted with those of others at the same
/// address. Prints as dots all the same, since a log has no use for it.
package struct Device: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package static let byteCount = 16
    package static let textBytes = 22

    package let text: String

    /// Nil where it has not the length of one that we made. Of any other text of that length the server knows nothing.
    package init?(_ text: some Collection<UInt8>) {
        guard text.count == Self.textBytes else { return nil }
        self.text = String(decoding: text, as: UTF8.self)
    }

    package var description: String { "•••" }
    package var debugDescription: String { "•••" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
