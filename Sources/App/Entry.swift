import Loyalty
import Posix

/// The program, from its arguments to its exit status.
package enum Entry {
    /// A configuration file is small; a larger one was named by mistake.
    private static let configurationBytesMax = 1 << 20

    package static func run(_ arguments: [String]) -> Int32 {
        BrokenPipe.ignore()
        switch Invocation.parse(Array(arguments.dropFirst()), calledAs: arguments.first ?? "") {
        case .help(let text): return CommandOutput.refusal(mayChange: false) ?? CommandOutput.print(text)
        case .misuse(let text):
            StandardStream.error.write(text)
            return ExitStatus.usage
        case .run(let invocation):
            return run(invocation)
        }
    }

    private static func run(_ invocation: Invocation) -> Int32 {
        let command = invocation.command
        if !command.isServer, let status = CommandOutput.refusal(mayChange: command.mayChange) { return status }
        if let text = textWithoutConfiguration(invocation) { return CommandOutput.print(text) }
        do throws(ConfigurationError) {
            let source = ConfigurationSource(
                flags: invocation.flags, file: invocation.file, environment: ProcessSetup.environment,
                defaults: invocation.command.defaults, readFile: readFile)
            let (configuration, warnings) = try source.load()
            for warning in warnings { StandardStream.error.write("martlet: \(warning.oneLine)\n") }
            try check(configuration.database, for: command)
            return run(invocation, configuration, source)
        } catch {
            StandardStream.error.write("martlet: \(error)\n")
            return ExitStatus.configuration
        }
    }

    /// A folder or a device is no database, and SQLite would say so in words of its own.
    private static func check(_ database: DatabaseLocation, for command: Command) throws(ConfigurationError) {
        guard command.opensDatabase else { return }
        switch File.kind(path: database.path) {
        case .missing, .regular: return
        case .folder: throw ConfigurationError("database_uri: \(database.path) is a folder, and not a file")
        case .other: throw ConfigurationError("database_uri: \(database.path) is a device or a pipe, and not a file")
        }
    }

    private static func run(
        _ invocation: Invocation, _ configuration: Configuration, _ source: ConfigurationSource
    ) -> Int32 {
        switch invocation.command {
        case .config: return CommandOutput.print(configuration.document)
        case .serve: return Serve.run(configuration, source)
        case .accrual: return Serve.runAccrualSystem(configuration, source)
        case .demo: return Demo.run(configuration, isChaotic: invocation.has(.chaos))
        case .restore: return RestoreCommand.run(invocation, configuration)
        case .systemdUnit: return SystemdUnitCommand.run(invocation, configuration, readFile: readFile)
        case .healthcheck: return HealthCheck.run(configuration)
        case .version, .man, .completion: preconditionFailure("answered without a configuration")
        case .userList, .userShow, .userAdd, .userResetPassword, .userDisable, .userEnable, .userDelete, .orderList,
            .orderShow, .adjust, .refund, .pool, .stats, .backup, .check:
            return OwnerConsole(invocation, configuration).run()
        }
    }

    /// What is printed whatever is configured; nil for all other commands.
    private static func textWithoutConfiguration(_ invocation: Invocation) -> String? {
        switch invocation.command {
        case .version: return "martlet \(Help.version)\n"
        case .man: return ManualPage.text
        case .completion:
            guard let shell = Shell(rawValue: invocation.operands[0]) else {
                preconditionFailure("the parser lets no other through")
            }
            return shell.completion
        default: return nil
        }
    }

    @Sendable private static func readFile(_ path: String) throws(ConfigurationLoader.ReadError) -> [UInt8] {
        do throws(SystemError) {
            return try File.read(path: path, bytesMax: configurationBytesMax)
        } catch {
            if error.isFolder { throw .unreadable("it is a folder, and not a file") }
            throw error.isMissingFile ? .missing : .unreadable("\(error)")
        }
    }
}
