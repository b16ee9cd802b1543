/// A destination for messages to the owner. Everything that logs gets it as a parameter.
///
/// A message must not contain a password, a token or a cookie.
package struct Log: Sendable {
    package enum Level: Int, Sendable, Comparable, CaseIterable {
        case debug
        /// The line of one request.
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

    /// Waits, for a bounded time, until all messages so far have been written. Used by a process before it exits.
    package func flush() { waitUntilWritten() }

    package func debug(_ message: String) { write(.debug, message) }
    package func info(_ message: String) { write(.info, message) }
    package func warning(_ message: String) { write(.warning, message) }
    package func error(_ message: String) { write(.error, message) }
}
