/// Why a store can't be opened, read or written, in a sentence for the owner. It may name the file and is never shown
/// to a client.
package struct StoreError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String
    /// True if the data itself is damaged.
    package let isDamage: Bool

    /// - Parameters:
    ///   - description: a whole sentence.
    ///   - isDamage: true if the data itself is damaged.
    package init(_ description: String, isDamage: Bool = false) {
        self.description = description
        self.isDamage = isDamage
    }
}
