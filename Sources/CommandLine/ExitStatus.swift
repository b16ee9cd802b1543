/// The exit statuses of the process, for scripts. They are those of sysexits.h, as far as it has fitting ones.
package enum ExitStatus {
    package static let success: Int32 = 0
    /// `martlet healthcheck`: the server can't serve. Docker knows only 0 and 1.
    package static let unhealthy: Int32 = 1
    /// The command can't be done in the present state, or its question was not answered with yes. Nothing was changed.
    package static let refused: Int32 = 1
    package static let usage: Int32 = 64
    /// The database is damaged, or does not pass its check.
    package static let damaged: Int32 = 65
    package static let notFound: Int32 = 66
    /// The address, the database or a file is not available.
    package static let unavailable: Int32 = 69
    /// An error of Martlet's own.
    package static let software: Int32 = 70
    /// An I/O error on the database, a file of it that was removed, replaced or overwritten while the server ran, or an
    /// output that can't be written.
    package static let inputOutput: Int32 = 74
    package static let configuration: Int32 = 78

    /// Returns true if a command may end with this status. Another number might be 0 for the shell, which sees only
    /// eight bits.
    package static func isKnown(_ status: Int32) -> Bool {
        [success, refused, usage, damaged, notFound, unavailable, software, inputOutput, configuration].contains(status)
    }

    package static func meaning(of status: Int32) -> String {
        switch status {
        case success: "done"
        case refused:
            "not possible in the present state, or not answered with yes, and nothing was changed; or the server can't "
                + "serve"
        case usage: "wrong usage"
        case damaged: "the database is damaged, or does not pass its check"
        case notFound: "there is no such user, order, receipt, rule, member of the staff or key"
        case unavailable: "the address, the database or a file is not available"
        case software: "an error of Martlet's own"
        case inputOutput:
            "an I/O error on the database, or a file of it was removed, replaced or overwritten, or the output can't "
                + "be written"
        case configuration: "wrong configuration"
        default: preconditionFailure("an exit status must be one of ExitStatus")
        }
    }
}
