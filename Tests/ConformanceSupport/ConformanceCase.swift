/// One thing that every store must do. The suite runs on each engine, and on the store in memory that other tests use,
/// so that those tests meet the behavior of a real store.
package struct ConformanceCase: Sendable, CustomStringConvertible {
    /// A sentence.
    package let description: String
    /// Runs on a new, empty store. Throws if the store does something else.
    package let run: @Sendable (StoreUnderTest) async throws -> Void

    init(_ description: String, _ run: @escaping @Sendable (StoreUnderTest) async throws -> Void) {
        self.description = description
        self.run = run
    }

    package static let all =
        accounts + sessions + orders + points + settlements + changes + ownersChanges + ownersLists + rewards + crowds
        + staff + rights + counter + figures
}
