import Configuration
import Logging
import Loyalty
import Posix
import Text

/// The program, from its arguments to its exit status.
package enum Entry {
    /// A configuration file is small; a larger one was named by mistake.
    private static let configurationBytesMax = 1 << 20

    package static func run() -> Int32 {
        do throws(SystemError) {
            try ProcessStart.openStandardDescriptors()
        } catch {
            return ExitStatus.unavailable
        }
        ProcessStart.endBySignalsAsFirstProcess()
        ProcessStart.quietDispatch()
        BrokenPipe.ignore()
        let arguments = ProgramArguments.all
        guard let name = arguments.first, !name.isEmpty || arguments.count > 1 else {
            StandardStream.error.write(
                "martlet: it was started without arguments, not even its own name is among them\n")
            return ExitStatus.usage
        }
        switch Invocation.parse(Array(arguments.dropFirst()), calledAs: name) {
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
        switch PlainCommand.outcome(of: invocation) {
        case .text(let text): return CommandOutput.print(text)
        case .misuse(let reason):
            StandardStream.error.write("martlet: \(reason.oneLine)\n\(Help.usage(of: command))")
            return ExitStatus.usage
        case nil: break
        }
        do throws(ConfigurationError) {
            let source = ConfigurationSource(
                flags: invocation.flags, file: invocation.file, environment: ProcessSetup.environment,
                defaults: invocation.command.defaults, readFile: readFile)
            let (configuration, warnings) = try source.load()
            tell(warnings, command, configuration.log)
            try check(configuration.database, for: command)
            return run(invocation, configuration, source)
        } catch {
            StandardStream.error.write("martlet: \(error)\n")
            return ExitStatus.configuration
        }
    }

    /// A server's warnings are lines of its log, another command's are for the person who gave the command.
    private static func tell(_ warnings: [String], _ command: Command, _ logging: LogSettings) {
        guard command.isServer else {
            for warning in warnings { StandardStream.error.write("martlet: \(warning.oneLine)\n") }
            return
        }
        guard logging.level <= .warning else { return }
        let isJSON = logging.format.isJSON(onTerminal: StandardStream.error.isTerminal)
        for warning in warnings {
            let line = LogLine(.warning, warning, at: SystemClock.wallMilliseconds())
            StandardStream.error.write(isJSON ? line.json : line.text)
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
        case .version, .man, .completion, .orderNumber: preconditionFailure("answered without a configuration")
        case .userList, .userShow, .userAdd, .userResetPassword, .userDisable, .userEnable, .userDelete, .orderList,
            .orderShow, .orderDrop, .adjust, .refund, .pool, .stats, .backup, .check:
            return OwnerConsole(invocation, configuration).run()
        }
    }

    @Sendable private static func readFile(_ path: String) throws(ConfigurationLoader.ReadError) -> [UInt8] {
        do throws(SystemError) {
            return try File.read(path: path, bytesMax: configurationBytesMax)
        } catch {
            if error.isFolder { throw .unreadable("it is a folder, and not a file") }
            if error.isMissingFile { throw .missing }
            guard case .hidden = PrivateFile.presence(path: path) else { throw .unreadable("\(error)") }
            throw .hidden("\(error)")
        }
    }
}
