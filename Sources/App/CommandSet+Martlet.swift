import CommandLine
import Configuration
import Owner
import Storage

extension CommandSet {
    /// Every command of the program. A command exists if it is in this list; those of the owner are in
    /// ``OwnerCommand/all``.
    static let martlet: CommandSet = {
        let servers: [Command] = [.serve, .accrual, .demo]
        let owners: [Command] = OwnerCommand.all.map { $0.command(of: idleStore) }
        let others: [Command] = [
            .restore(of: idleStore), .copy(by: DatabaseEngine.copy), .import(into: idleStore), .healthcheck, .config,
            .version, .systemdUnit, .man, .completion,
        ]
        return CommandSet(servers + owners + others, standard: .serve, byExecutableName: .accrual)
    }()

    /// The store of a configuration, which the owner's commands open if no server runs on it.
    private static let idleStore: @Sendable (Configuration) -> any IdleStore = { configuration in
        DatabaseEngine.idleStore(of: configuration)
    }
}
