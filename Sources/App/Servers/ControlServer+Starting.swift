import CommandLine
import Configuration
import Owner
import Posix
import Storage

extension ControlServer {
    /// Starts the server of the owner's commands beside the store's file; `nil` if there is none. If the socket can't
    /// be made, customers are served nevertheless, except if the owner relies on scheduled backups, which the same
    /// server makes.
    static func starting(
        _ configuration: Configuration, _ store: any Storage, _ log: Log, pool: OwnersPool? = nil
    ) throws(StartError) -> ControlServer? {
        // A store without a file has no folder in which its server could listen.
        guard let file = store.filePath else { return nil }
        let plan = configuration.backupPlan
        let path = ControlSocket.path(ofDatabase: file)
        do throws(SystemError) {
            // The threads of the server act in the name of the database's owner too, so that no command writes a file
            // that the owner may not write.
            let trusted = Caller.current.id.map { [$0] } ?? []
            let account = try FileAccount.owner(of: file, trusting: trusted)
            return try FileAccount.acting(for: account) { () throws(SystemError) in
                try ControlServer(path: path, store: store, plan: plan, pool: pool, log: log)
            }
        } catch {
            let problem = "commands for this server can't be taken at \(path): \(error)"
            guard plan == nil else { throw StartError(description: problem, status: ExitStatus.unavailable) }
            log.warning(problem)
            return nil
        }
    }
}
