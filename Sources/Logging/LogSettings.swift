import Posix

/// Which lines are logged, and how they are written.
package struct LogSettings: Sendable {
    /// The least important lines that are logged.
    package var level = Log.Level.info
    package var format = LogFormat.auto

    package init() {}

    package init(level: Log.Level, format: LogFormat) {
        self.level = level
        self.format = format
    }
}
