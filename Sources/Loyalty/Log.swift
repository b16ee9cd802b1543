/// Where a line for the owner goes; a parameter of everything that has something to say.
///
/// A message names no password, token or cookie.
package struct Log: Sendable {
    package enum Level: Int, Sendable, Comparable, CaseIterable {
        case debug
        /// A line for each request.
        case request
        case info, warning, error

        package static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    package static let none = Log { _, _ in }

    private let write: @Sendable (Level, String) -> Void
    private let waitUntilWritten: @Sendable () -> Void

    package init(
        waitUntilWritten: @escaping @Sendable () -> Void = {}, write: @escaping @Sendable (Level, String) -> Void
    ) {
        self.waitUntilWritten = waitUntilWritten
        self.write = write
    }

    /// Waits, though not for ever, until what was said so far stands where it is read: for a process that ends.
    package func flush() { waitUntilWritten() }

    package func debug(_ message: String) { write(.debug, message) }
    package func info(_ message: String) { write(.info, message) }
    package func warning(_ message: String) { write(.warning, message) }
    package func error(_ message: String) { write(.error, message) }
}
