/// The size of a store.
package struct StoreSize: Equatable, Sendable {
    /// The bytes of data and indexes.
    package let bytes: Int64
    /// The bytes of the log that were not yet written back into the data.
    package let logBytes: Int64

    package init(bytes: Int64, logBytes: Int64) {
        self.bytes = bytes
        self.logBytes = logBytes
    }
}
