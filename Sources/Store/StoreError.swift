/// Why the database can't be opened, in a sentence for the owner; it may name the file, and is never shown to a client.
package struct StoreError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
