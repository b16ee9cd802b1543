/// How the process ends, for scripts (sysexits.h, where it has a fitting one).
enum ExitStatus {
    static let success: Int32 = 0
    /// `martlet healthcheck`: the server can't serve. Docker knows 0 and 1 alone.
    static let unhealthy: Int32 = 1
    /// What was asked for can't be as things are, or was not confirmed; nothing was changed.
    static let refused: Int32 = 1
    static let usage: Int32 = 64
    /// The database does not pass its check.
    static let damaged: Int32 = 65
    static let notFound: Int32 = 66
    /// The address or the database can't be had.
    static let unavailable: Int32 = 69
    /// An error of ours.
    static let software: Int32 = 70
    /// An I/O error on the database, a file of it that was removed, replaced or overwritten while the server ran, or
    /// standard output that can't be written.
    static let inputOutput: Int32 = 74
    static let configuration: Int32 = 78

    /// Returns true if a command may end so: another number might be 0 for the shell, which sees eight bits of it.
    static func isKnown(_ status: Int32) -> Bool {
        [success, refused, usage, damaged, notFound, unavailable, software, inputOutput, configuration].contains(status)
    }

    static func meaning(of status: Int32) -> String {
        switch status {
        case success: "done"
        case refused:
            "it can't be as things are, or was not confirmed, and nothing was changed; or the server can't serve"
        case usage: "wrong usage"
        case damaged: "the database does not pass its check"
        case notFound: "there is no such user or order"
        case unavailable: "the address, the database or a file can't be had"
        case software: "an error of Martlet's own"
        case inputOutput:
            "an I/O error on the database, or a file of it was removed, replaced or overwritten, or the output can't "
                + "be written"
        case configuration: "wrong configuration"
        default: preconditionFailure("each status has a meaning")
        }
    }
}
