import CommandLine
import Configuration
import Posix
import Systemd
import Text

/// `martlet systemd-unit [--socket]`: prints a unit for the configuration in force.
enum SystemdUnitCommand {
    static func run(_ invocation: Invocation, _ configuration: Configuration) -> Int32 {
        do throws(StartError) {
            try DatabaseEngine.check(configuration)
        } catch {
            return refuse(error.description, error.status)
        }
        let wantsSocket = invocation.has(.socket)
        guard !wantsSocket || configuration.runAddress.port != 0 else {
            return refuse("run_address: a socket unit needs a port other than 0", ExitStatus.configuration)
        }
        let endpoints: [Endpoint]
        do throws(Endpoint.ResolutionError) {
            let address = configuration.runAddress
            endpoints = try Endpoint.resolve(host: address.host, port: address.port)
        } catch {
            return refuse("run_address: \(configuration.runAddress): \(error.reason)", ExitStatus.unavailable)
        }
        let file = ConfigurationLoader.files(invocation.file, environment: ProcessSetup.environment)
            .first { PrivateFile.exists(path: $0) }
        let withoutEnvironment: Configuration
        do throws(ConfigurationError) {
            withoutEnvironment = try ConfigurationLoader.load(
                flags: [], file: file, environment: [:], defaults: invocation.command.defaults,
                readFile: Program.readFile
            ).configuration
        } catch {
            return refuse("\(error)", ExitStatus.configuration)
        }
        let unit = SystemdUnit(
            command: [ProcessSetup.executablePath ?? "/usr/local/bin/martlet", Command.serve.name]
                + (file.map { [CommandOption.config.flag, ProcessSetup.absolutePath(of: $0)] } ?? []),
            lastingFailures: [ExitStatus.usage, ExitStatus.configuration],
            openFilesMax: OpenFiles.wanted(configuration), configuration: configuration,
            withoutEnvironment: withoutEnvironment, endpoints: endpoints)
        if !wantsSocket, let warning = unit.warning { StandardStream.error.write("martlet: \(warning.oneLine)\n") }
        return CommandOutput.print(wantsSocket ? unit.socket : unit.service)
    }

    private static func refuse(_ reason: String, _ status: Int32) -> Int32 {
        StandardStream.error.write("martlet: \(reason.oneLine)\n")
        return status
    }
}

extension Command {
    static let systemdUnit: Command = Command(
        "systemd-unit", "print a systemd unit for the configuration in force", options: [.socket],
        settings: Settings.main, statuses: [ExitStatus.success, ExitStatus.unavailable], opensDatabase: false,
        action: .run { invocation, configuration, _ in SystemdUnitCommand.run(invocation, configuration) })
}

extension CommandOption {
    fileprivate static let socket = CommandOption(
        "--socket", nil, "print the unit of the socket instead of the unit of the service")
}
