import CommandLine
import Owner

extension CommandSet {
    /// Every command of the program. A command exists if it is in this list; those of the owner are in
    /// ``OwnerCommand/all``.
    static let martlet: CommandSet = {
        let servers: [Command] = [.serve, .accrual, .demo]
        let owners: [Command] = OwnerCommand.all.map(\.command)
        let others: [Command] = [
            .restore, .orderNumber, .healthcheck, .config, .version, .systemdUnit, .man, .completion,
        ]
        return CommandSet(servers + owners + others, standard: .serve, byExecutableName: .accrual)
    }()
}
