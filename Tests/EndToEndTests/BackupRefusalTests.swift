import EndToEndSupport
import JSON
import TestSupport
import Testing

/// PostgreSQL's own tools make backups. Every way to one says so, whatever is configured, so that no owner sets a
/// folder with which the server does not start.
@Suite(.serialized, .enabled(if: PostgreSQLServer.isInstalled, "PostgreSQL is not installed"))
struct BackupRefusalTests {
    private static let sentence =
        "Backups on PostgreSQL are made and restored with its own tools, such as pg_dump and pg_restore."

    private let folder: Folder
    private let address: String

    init() throws {
        folder = try Folder()
        let server = try PostgreSQLServer.shared.get()
        address = server.address(of: try server.makeDatabase())
    }

    private func run(
        _ arguments: [String], backups: String? = nil
    ) throws -> (status: Int32, log: String, output: String) {
        var environment = ["DATABASE_URI": address, "RUN_ADDRESS": "127.0.0.1:0"]
        environment["MARTLET_BACKUPS_FOLDER"] = backups
        let martlet = try Server(in: folder, arguments: arguments, environment: environment)
        return (try martlet.waitForEnd(), martlet.logText, martlet.outputText)
    }

    @Test func everyCommandNamesTheTools() throws {
        // It makes the tables, which commands do not.
        let server = try Server.serving(in: folder, environment: ["DATABASE_URI": address])
        for backups in [nil, folder.path, folder.file("missing")] {
            for arguments in [["backups", "list"], ["backups", "make"], ["backup", "a.db"], ["restore", "a.db"]] {
                let ended = try run(arguments, backups: backups)
                #expect(ended.status == 69 && ended.log == "martlet: \(Self.sentence)\n", "\(arguments): \(ended)")
                #expect(ended.output.isEmpty, "\(arguments): \(ended)")
            }
        }
        #expect(server.isRunning)
    }

    @Test func theAPIOfTheStaffNamesTheTools() throws {
        let server = try Server.serving(in: folder, environment: ["DATABASE_URI": address])
        let staff = try server.staffClient()
        let key = try run(["key", "add", "till", "--role", "owner", "--json"])
        let token = try #require(try JSONParser.parse(Array(key.output.utf8)).object?["token"]?.string, "\(key)")
        staff.authorization = "Bearer \(token)"
        for method in ["GET", "POST"] {
            let answer = try staff.send(method, "/api/staff/backups")
            #expect(answer.status == 409, "\(answer)")
            let problem = answer.json?.object
            #expect(problem?["type"]?.string == "/docs#problem-backups-elsewhere", "\(answer)")
            #expect(problem?["detail"]?.string == Self.sentence, "\(answer)")
        }
    }

    /// After this status, systemd does not start a server again (RestartPreventExitStatus=).
    @Test(arguments: ["serve", "accrual", "systemd-unit"])
    func aFolderForBackupsIsWrongConfiguration(command: String) throws {
        let ended = try run([command], backups: folder.path)
        let words = "backups.folder: \(Self.sentence) Remove backups.folder."
        #expect(ended.status == 78 && ended.log.contains(words), "\(ended)")
        #expect(ended.output.isEmpty, "\(ended)")
    }
}
