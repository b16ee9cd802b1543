import EndToEndSupport
import Foundation
import JSON
import TestSupport
import Testing

/// The commands, logs and configurations that README.md and the handbook show work as shown.
@Suite(.serialized)
struct HandbookTests {
    private static let hasCaddy = FileManager.default.isExecutableFile(atPath: "/usr/bin/caddy")

    /// The scripts run one after the other beside one server, as a reader would run them from top to bottom.
    @Test(.onSQLite("the handbook shows the commands on a file")) func commandsPrintAsShown() throws {
        let server = try Server.serving(in: try Folder())
        let scripts = try Handbook().scripts()
        #expect(scripts.count >= 4)
        for (script, output) in scripts {
            // A busy machine gets a little longer.
            let shown = try run(script.replacing("sleep 2", with: "sleep 4"), beside: server)
            #expect(Self.comparable(shown) == Self.comparable(try Self.addressed(output, server)), "\(script)")
        }
    }

    /// On a terminal, curl shows its progress if the body goes elsewhere, and the pages show none.
    @Test func curlShowsNoProgress() throws {
        let lines = try Handbook().blocks.flatMap { $0.text.split(separator: "\n") }
        let sending = lines.filter { $0.hasPrefix("curl ") && $0.contains(" -o ") }
        #expect(sending.count >= 3)
        for line in sending { #expect(line.hasPrefix("curl -sS "), "\(line)") }
    }

    @Test(.onSQLite("the handbook shows the log of a server on a file")) func theServerStartsAsShown() throws {
        let server = try Server.serving(in: try Folder(), environment: ["MARTLET_LOG_FORMAT": "text"])
        // The warning depends on the machine's SQLite.
        let facts = { (text: String) in Self.comparable(text).split(separator: "\n").filter { $0.contains(" INFO ") } }
        let picture = facts(try Self.addressed(Handbook().block("logs"), server))
        #expect(picture.count == 5)
        #expect(Array(facts(server.logText).prefix(5)) == picture)
    }

    /// The configuration shown is accepted, and the systemd unit makes the folder for backups that it names.
    @Test func theConfigurationOfTheShopApplies() throws {
        let folder = try Folder()
        let text = try Handbook().block("configures")
        try folder.write(text, to: "shop.json")
        let martlet = try Server(in: folder, arguments: ["config", "--config", "shop.json"])
        #expect(try martlet.waitForEnd() == 0, "\(martlet.logText)")
        let shown = try #require(try JSONParser.parse(Array(text.utf8)[...]).object)
        let inForce = try #require(try JSONParser.parse(Array(martlet.outputText.utf8)[...]).object)
        #expect(inForce["trusted_proxies"] == shown["trusted_proxies"])
        for key in ["folder", "keep"] {
            #expect(inForce["backups"]?.object?[key] == shown["backups"]?.object?[key], "\(key)")
        }
        let unit = try Server(in: folder, arguments: ["systemd-unit", "--config", "shop.json"])
        #expect(try unit.waitForEnd() == 0, "\(unit.logText)")
        #expect(unit.outputText.contains("\nStateDirectory=martlet martlet/backups\n"), "\(unit.outputText)")
    }

    @Test(.enabled(if: hasCaddy)) func caddyAcceptsTheCaddyfile() throws {
        let folder = try Folder()
        try folder.write(try Handbook().block("caddyfile") + "\n", to: "Caddyfile")
        let caddy = try Server(
            in: folder, arguments: ["validate", "--adapter", "caddyfile", "--config", "Caddyfile"],
            environment: ["HOME": folder.path], executable: "/usr/bin/caddy")
        #expect(try caddy.waitForEnd() == 0, "\(caddy.logText)")
    }

    /// Every metric that a page names is one that the server has, on one engine at least.
    @Test(.backupsOfSQLite) func metricsNamedExist() throws {
        let folder = try Folder()
        let server = try Server.serving(in: folder, environment: ["MARTLET_BACKUPS_FOLDER": folder.path])
        let page = try server.metrics()
        let named = try Set(Handbook().text.matches(of: /`((martlet|process)_[a-z_]+)/).map { String($0.output.1) })
        #expect(named.count > 15)
        let onPostgreSQL = [
            "martlet_database_durable", "martlet_leader", "martlet_writer_connected",
        ]
        let others = PostgreSQLServer.isInstalled ? try PostgresHandbookTests.metricNames() : Set(onPostgreSQL)
        #expect(named.subtracting(page.names).subtracting(others) == [])
    }

    /// Runs a script in the server's folder, with the server's ports in place of the default ones and `martlet` on the
    /// path, and returns its output.
    private func run(_ script: String, beside server: Server) throws -> String {
        let folder = server.folder
        let link = folder.file("martlet")
        if !FileManager.default.fileExists(atPath: link) {
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: Server.executable)
        }
        try folder.write(try Self.addressed(script, server), to: "script.sh")
        // curl would show its progress, since its output goes to a pipe.
        try folder.write("silent\nshow-error\n", to: ".curlrc")
        let path = "\(folder.path):/usr/local/bin:/usr/bin:/bin"
        let output = try shell("cd \(folder.path) && env -i HOME=. PATH=\(path) sh -e script.sh")
        return String(decoding: output, as: UTF8.self)
    }

    private static func addressed(_ text: String, _ server: Server) throws -> String {
        let addresses = [
            "8080": "\(try server.endpoint())", "8081": try server.accrualClient().address,
            "8082": "\(try server.adminEndpoint())", "8083": try server.staffClient().address,
        ]
        return addresses.reduce(text) { text, address in
            text.replacing("localhost:\(address.key)", with: address.value)
                .replacing("127.0.0.1:\(address.key)", with: address.value)
        }.replacing("/home/anna", with: URL(fileURLWithPath: server.folder.path).resolvingSymlinksInPath().path)
    }

    /// Returns the text without the parts that differ between runs: times, durations, and the newlines at its ends.
    private static func comparable(_ text: String) -> String {
        text.replacing(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/, with: "TIME")
            .replacing(/in \d+\.\d s/, with: "in SECONDS")
            .trimmingCharacters(in: .newlines)
    }
}
