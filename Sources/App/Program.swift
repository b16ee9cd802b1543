import CommandLine
import Configuration
import Logging
import Posix
import Text

/// The program, from its arguments to its exit status.
package enum Program {
    /// A configuration file is small. A larger file was named by mistake.
    private static let configurationBytesMax = 1 << 20

    package static func run() -> Int32 {
        do throws(SystemError) {
            try ProcessStart.openStandardDescriptors()
        } catch {
            return ExitStatus.unavailable
        }
        ProcessStart.endBySignalsAsFirstProcess()
        ProcessStart.reapAsFirstProcess()
        ProcessStart.quietDispatch()
        BrokenPipe.ignore()
        let arguments = ProgramArguments.all
        ProgramArguments.hide(DatabaseAddress.secrets)
        guard let name = arguments.first, !name.isEmpty || arguments.count > 1 else {
            StandardStream.error.write(
                "martlet: the program was started without arguments, not even with its own name\n")
            return ExitStatus.usage
        }
        switch CommandLineParser(.martlet).parse(Array(arguments.dropFirst()), calledAs: name) {
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
        if command.effect != .serves,
            let status = CommandOutput.refusal(mayChange: command.effect == .changes)
        {
            return status
        }
        switch command.action {
        case .print(let text):
            do throws(Misuse) {
                return CommandOutput.print(try text(invocation))
            } catch {
                let usage = Help(commands: .martlet).usage(of: command)
                StandardStream.error.write("martlet: \(error.reason.oneLine)\n\(usage)")
                return ExitStatus.usage
            }
        case .run(let run):
            return configured(invocation, run)
        }
    }

    private static func configured(
        _ invocation: Invocation, _ run: (Invocation, Configuration, ConfigurationSource) -> Int32
    ) -> Int32 {
        do throws(ConfigurationError) {
            let source = ConfigurationSource(
                flags: invocation.flags, file: invocation.file, defaultFiles: invocation.command.defaultFiles,
                environment: ProcessSetup.environment, defaults: invocation.command.defaults, readFile: readFile)
            let (configuration, warnings) = try source.load()
            report(warnings, invocation.command, configuration.log)
            try check(configuration.database, for: invocation.command)
            return run(invocation, configuration, source)
        } catch {
            StandardStream.error.write("martlet: \(error)\n")
            return ExitStatus.configuration
        }
    }

    /// Warnings of a server are lines of its log; those of another command are for the person who called it.
    private static func report(_ warnings: [String], _ command: Command, _ settings: LogSettings) {
        guard command.effect == .serves else {
            for warning in warnings { StandardStream.error.write("martlet: \(warning.oneLine)\n") }
            return
        }
        guard settings.level <= .warning else { return }
        let isJSON = settings.format.isJSON(onTerminal: StandardStream.error.isTerminal)
        for warning in warnings {
            let line = LogLine(.warning, warning, at: SystemClock.wallMilliseconds())
            StandardStream.error.write(isJSON ? line.json : line.text)
        }
    }

    /// Refuses a folder or a device in place of a database, in clearer words than SQLite's.
    private static func check(_ database: DatabaseLocation, for command: Command) throws(ConfigurationError) {
        guard command.opensDatabase, let path = database.path else { return }
        switch File.kind(path: path) {
        case .missing, .regular: return
        case .folder: throw ConfigurationError("database_uri: \(path) is a folder, and not a file")
        case .other: throw ConfigurationError("database_uri: \(path) is a device or a pipe, and not a file")
        }
    }

    @Sendable static func readFile(_ path: String) throws(ConfigurationLoader.ReadError) -> [UInt8] {
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
