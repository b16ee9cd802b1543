/// The size of a store, and the engine that keeps it.
package struct StoreSize: Equatable, Sendable {
    /// The engine's name in documents, in small letters, such as `sqlite`.
    package let engine: String
    package let engineVersion: String
    /// The length of the data and indexes.
    package let bytes: Int64
    /// The length of the log that was not yet written back into the data.
    package let logBytes: Int64

    package init(engine: String, engineVersion: String, bytes: Int64, logBytes: Int64) {
        self.engine = engine
        self.engineVersion = engineVersion
        self.bytes = bytes
        self.logBytes = logBytes
    }
}
