/// Why the database can't be opened, in a sentence for the owner; it may name the file, and is never shown to a client.
package struct StoreError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String
    /// Whether what is wrong is the file itself.
    package let isDamage: Bool

    init(_ description: String, isDamage: Bool = false) {
        self.description = description
        self.isDamage = isDamage
    }
}
