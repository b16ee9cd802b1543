/// The reason why a store can't be opened, read or written, in a sentence for the owner. It may name the file and is
/// never shown to a client.
package struct StoreError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String
    /// True if the data itself is damaged.
    package let isDamage: Bool
    /// True if the text of the address is at fault, so that no further try can succeed.
    package let isAddressFault: Bool

    /// - Parameters:
    ///   - description: a whole sentence.
    ///   - isDamage: true if the data itself is damaged.
    ///   - isAddressFault: true if the text of the address is at fault.
    package init(_ description: String, isDamage: Bool = false, isAddressFault: Bool = false) {
        self.description = description
        self.isDamage = isDamage
        self.isAddressFault = isAddressFault
    }
}
