import Foundation
import Posix
import TestSupport

/// A folder of one test's own, removed with it.
package final class Folder: Sendable {
    package let path: String
    /// The databases that take the place of its files on PostgreSQL.
    let databases = PostgresDatabases()

    package init(under parent: String? = nil) throws {
        path = try TemporaryFolder(prefix: "martlet-test-", under: parent).path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    package func file(_ name: String) -> String { "\(path)/\(name)" }

    package func write(_ text: String, to name: String) throws {
        try text.write(toFile: file(name), atomically: true, encoding: .utf8)
    }

    /// Runs a statement of PostgreSQL on the database that replaces `martlet.db`.
    package func executeOnPostgreSQL(_ sql: String) throws {
        try PostgresDatabases.server.get().run(sql, in: try databaseName())
    }

    /// All that `martlet.db` holds, as bytes: its file, or what `pg_dump` prints of the database that replaces it.
    package func databaseBytes() throws -> Data {
        switch TestEngine.current {
        case .sqlite: try Data(contentsOf: URL(fileURLWithPath: file("martlet.db")))
        case .postgres: Data(try PostgresDatabases.server.get().dump(of: try databaseName()).utf8)
        }
    }

    private func databaseName() throws -> String {
        guard let name = databases.usualName(in: path) else { throw TestFailure("no server ran in \(path)") }
        return name
    }
}
