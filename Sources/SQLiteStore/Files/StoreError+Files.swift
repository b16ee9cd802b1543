import Posix
import Storage

extension StoreError {
    /// Runs `body`, and throws its error as the cause of a failure.
    ///
    /// - Parameter failure: A sentence without its full stop.
    static func describing(_ failure: String, _ body: () throws(SystemError) -> Void) throws(StoreError) {
        do throws(SystemError) { try body() } catch { throw StoreError("\(failure) (\(error)).") }
    }

    /// The reason why a file can't be found; `nil` if it is there.
    ///
    /// - Parameter advice: the end of the sentence if there is no such file.
    init?(presenceOf path: String, called kind: String, advice: String = "") {
        switch PrivateFile.presence(path: path) {
        case .there: return nil
        case .missing: self.init("There is no \(kind) \(path)\(advice).")
        case .hidden(let error):
            self =
                error.isForbidden
                ? .forbidden("look for the \(kind)", database: path)
                : StoreError("There is no \(kind) \(path) (\(error)).")
        }
    }

    /// A command can't work on a database as long as its server runs.
    static func serverRuns(onDatabase path: String) -> StoreError {
        StoreError("A server runs on the database \(path); stop it first.")
    }

    /// The error that the account of this process may not do something with a database.
    ///
    /// - Parameter action: the rest of a sentence after "may not".
    static func forbidden(_ action: String, database path: String) -> StoreError {
        let owner = PrivateFile.ownerName(path: path)
        if let account = FileAccount.current.map({ SystemUser.name(of: $0.user) }) {
            return StoreError(
                "The account \(account) may not \(action) \(path). Root works in the name of the database's owner: choose a file that "
                    + "this account can use.")
        }
        let account = SystemUser.name(of: SystemUser.effectiveID)
        let advice =
            SystemUser.effectiveID == 0
            ? "Root may not either: the file system or the container keeps it from that."
            : "Run the command as \(owner.map { "its owner, \($0)," } ?? "the database's owner") or as root (sudo)."
        return StoreError("The account \(account) may not \(action) \(path). \(advice)")
    }
}
