import EndToEndSupport
import Foundation
import Testing

/// `martlet systemd-unit` prints what systemd takes, and what it finds well guarded.
@Suite(.serialized)
struct SystemdUnitTests {
    /// In hundredths, as systemd-analyze counts.
    private static let exposureMax = "20"
    private static let analyzer = "/usr/bin/systemd-analyze"
    private static let hasAnalyzer = FileManager.default.isExecutableFile(atPath: analyzer)

    private static let configurations: [[String]] = [
        [], ["-a", ":80"], ["-a", "[::1]:8080"], ["-d", "/var/lib/shop/points.db"],
        ["-d", "/srv/a shop's 100%/points.db"],
    ]

    @Test(.enabled(if: hasAnalyzer), arguments: configurations)
    func systemdTakesIt(flags: [String]) throws {
        let folder = try Folder()
        for (name, switches) in [("service", []), ("socket", ["--socket"])] {
            let martlet = try Server(in: folder, arguments: ["systemd-unit"] + switches + flags)
            #expect(try martlet.waitForEnd() == 0, "\(martlet.logText)")
            try folder.write(martlet.outputText, to: "martlet.\(name)")
        }
        let verification = try Self.analyze(
            in: folder,
            [
                "verify", "--man=no", "--recursive-errors=no", folder.file("martlet.service"),
                folder.file("martlet.socket"),
            ])
        #expect(verification.status == 0 && verification.text.isEmpty, "\(verification.text)")
        let security = try Self.analyze(
            in: folder,
            ["security", "--offline=true", "--threshold=\(Self.exposureMax)", folder.file("martlet.service")])
        #expect(security.status == 0, "\(security.text)")
    }

    @Test func aSocketNeedsAPort() throws {
        let martlet = try Server(in: try Folder(), arguments: ["systemd-unit", "--socket", "-a", ":0"])
        #expect(try martlet.waitForEnd() == 78)
        #expect(martlet.logText.contains("run_address"))
    }

    /// The printed unit has the configuration that is in force here.
    @Test func theUnitContainsTheConfiguration() throws {
        let folder = try Folder()
        try folder.write(#"{"dispatcher": {"workers": 3}}"#, to: "config.json")
        let martlet = try Server(
            in: folder, arguments: ["systemd-unit", "-a", "localhost:9090"],
            environment: [
                "MARTLET_LOG_LEVEL": "debug", "MARTLET_HTTP_ALLOWED_ORIGINS": "https://a.example,https://b.example",
            ])
        #expect(try martlet.waitForEnd() == 0)
        let lines = martlet.outputText.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            lines.filter { $0.hasPrefix("Environment=") } == [
                "Environment=RUN_ADDRESS=localhost:9090",
                "Environment=MARTLET_HTTP_ALLOWED_ORIGINS=https://a.example,https://b.example",
                "Environment=MARTLET_LOG_LEVEL=debug",
            ])
        let start = lines.first { $0.hasPrefix("ExecStart=") } ?? ""
        #expect(start.hasSuffix("/config.json") && start.contains(" serve --config /"), "\(start)")
    }

    private static func analyze(in folder: Folder, _ arguments: [String]) throws -> (status: Int32, text: String) {
        let run = try Server(in: folder, arguments: arguments, executable: analyzer)
        let status = try run.waitForEnd()
        return (status, run.outputText + run.logText)
    }
}
