import Foundation
import Posix
import Synchronization
import TestSupport

/// The databases of PostgreSQL that take the place of the files in a test's folder. They are removed with it.
final class PostgresDatabases: Sendable {
    /// The server of PostgreSQL for all folders. Several servers of the tests run on it at once, and each has a dozen
    /// connections. It is durable, or none of them would be ready.
    static let server: Result<PostgreSQLServer, any Error> = Result {
        let server = try PostgreSQLServer(isDurable: true)
        atexit { try? PostgresDatabases.server.get().remove() }
        return server
    }

    /// The names of databases by the path of the file that they replace.
    private let names = Mutex<[String: String]>([:])

    /// - Parameters:
    ///   - arguments: what the executable is started with.
    ///   - environment: its variables.
    ///   - folder: its working directory.
    /// - Returns: the same with addresses in place of the paths of databases. A server that names none gets an address
    ///   too, and so does a command if the folder's usual database exists.
    func replacingPaths(
        in arguments: [String], _ environment: [String: String], folder: String
    ) throws -> (arguments: [String], environment: [String: String]) {
        var (arguments, environment) = (arguments, environment)
        if let index = arguments.firstIndex(where: { $0 == "-d" || $0 == "--database-uri" }),
            index + 1 < arguments.count
        {
            arguments[index + 1] = try address(for: arguments[index + 1], in: folder)
        } else if let path = environment["DATABASE_URI"] {
            environment["DATABASE_URI"] = try address(for: path, in: folder)
        } else if !Self.namesDatabase(arguments, in: folder) {
            let command = arguments.first { !$0.hasPrefix("-") }
            let path = command == "accrual" ? "martlet-accrual.db" : "martlet.db"
            let isServer = arguments.first?.hasPrefix("-") ?? true || command == "serve" || command == "accrual"
            if isServer || names.withLock({ $0["\(folder)/\(path)"] != nil }) {
                environment["DATABASE_URI"] = try address(for: path, in: folder)
            }
        }
        return (arguments, environment)
    }

    /// Returns true if an option such as `--database-uri=ADDRESS` or a file of settings names the database. The
    /// variable would take precedence over the file.
    private static func namesDatabase(_ arguments: [String], in folder: String) -> Bool {
        if arguments.contains(where: { $0.hasPrefix("--database-uri=") }) { return true }
        guard let index = arguments.firstIndex(of: "--config"), index + 1 < arguments.count else { return false }
        let file = URL(fileURLWithPath: arguments[index + 1], relativeTo: URL(fileURLWithPath: "\(folder)/"))
        return (try? String(contentsOf: file, encoding: .utf8))?.contains("\"database_uri\"") ?? false
    }

    /// The address of the database that replaces a file. It is made at the first use. Addresses, and texts that are
    /// not the usual name of a database, stay as they are.
    private func address(for path: String, in folder: String) throws -> String {
        guard path.wholeMatch(of: /[\w.\/-]+\.db/) != nil else { return path }
        let server = try Self.server.get()
        let key = path.hasPrefix("/") ? path : "\(folder)/\(path)"
        // A busy machine may take longer than the two seconds that a host has otherwise.
        let patience = "connect_timeout=20"
        if let name = names.withLock({ $0[key] }) { return server.address(of: name, patience) }
        let name = try server.makeDatabase()
        names.withLock { $0[key] = name }
        return server.address(of: name, patience)
    }

    /// The name of the database that replaces ``martlet.db``; `nil` if no server was started on it.
    func usualName(in folder: String) -> String? { names.withLock { $0["\(folder)/martlet.db"] } }

    deinit {
        let names = names.withLock { Array($0.values) }
        guard !names.isEmpty, let server = try? Self.server.get() else { return }
        for name in names { try? server.run("DROP DATABASE \(name) WITH (FORCE)") }
    }
}
