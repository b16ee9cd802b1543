import CommandLine
import Configuration
import Owner

/// The commands that print what the program knows about itself and its configuration.
extension Command {
    static let config: Command = Command(
        "config", "print the configuration in force", settings: Settings.main, opensDatabase: false,
        action: .run { _, configuration, _ in CommandOutput.print(configuration.document) })

    static let man: Command = Command(
        "man", "print the manual page", details: ["To read it: martlet man | man -l -"], opensDatabase: false,
        action: .print { _ in ManualPage(commands: .martlet, files: files).text })

    static let completion: Command = Command(
        "completion", "print a script with which a shell completes commands, flags and values",
        operands: [Shell.operand], details: Shell.allCases.map { "For \($0.rawValue): \($0.installation)" },
        opensDatabase: false,
        action: .print { invocation in
            guard let shell = Shell(rawValue: invocation.operands[0]) else {
                preconditionFailure("the parser must accept only names of shells")
            }
            return shell.completion(of: .martlet)
        })

    /// The files of the manual page.
    private static var files: [(name: String, text: String)] {
        let database = Configuration().database.printable
        return [
            (
                ConfigurationLoader.workingFile,
                "The settings, if neither --config nor MARTLET_CONFIG names another file."
            ),
            (
                ConfigurationLoader.systemFile,
                "The settings of this machine's shop, if the working directory has no "
                    + "\(ConfigurationLoader.workingFile) either. martlet accrual and martlet demo do not read it."
            ),
            (database, "The database, with \(database)-wal and \(database)-shm beside it while the server runs."),
            ("\(database)-lock", "Keeps a second server away."),
            (ControlSocket.path(ofDatabase: database), "The socket on which the server takes the owner's commands."),
            (Command.accrual.defaults.database.printable, "The database of martlet accrual."),
        ]
    }
}
