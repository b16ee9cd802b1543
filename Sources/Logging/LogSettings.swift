import Posix

/// The level and form of log lines.
package struct LogSettings: Sendable {
    /// The lowest level that is logged.
    package var level = Log.Level.info
    package var format = LogFormat.auto

    package init() {}

    package init(level: Log.Level, format: LogFormat) {
        self.level = level
        self.format = format
    }
}
