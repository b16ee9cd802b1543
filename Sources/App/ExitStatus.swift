/// How the process ends, for scripts (sysexits.h).
enum ExitStatus {
    static let success: Int32 = 0
    /// `martlet healthcheck`: the server can't serve. Docker knows 0 and 1 alone.
    static let unhealthy: Int32 = 1
    static let usage: Int32 = 64
    /// The database does not pass its check.
    static let damaged: Int32 = 65
    /// The address or the database can't be had.
    static let unavailable: Int32 = 69
    /// An error of ours.
    static let software: Int32 = 70
    /// An I/O error on the database.
    static let inputOutput: Int32 = 74
    static let configuration: Int32 = 78
}
