import EndToEndSupport
import Foundation
import Testing

/// Values that look like a path, an address or a word: each is understood as it is meant, or refused in one line that
/// shows it.
@Suite(.serialized)
struct ValueTests {
    private func run(
        _ arguments: [String], environment: [String: String] = [:], input: String? = nil, in folder: Folder
    ) throws -> (status: Int32, output: String, log: String) {
        let command = try Server(in: folder, arguments: arguments, environment: environment, input: input)
        return (try command.waitForEnd(), command.outputText, command.logText)
    }

    /// Nothing is made under a name that the owner did not mean.
    private func databases(in folder: Folder) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { name in
            ![".out", ".log", ".in"].contains { name.hasSuffix($0) }
        }
    }

    @Test(arguments: [
        "host=localhost user=u password=hidden dbname=d", ":memory:", "file:x?cache=shared", "\"martlet.db\"",
        "martlet.db\r", "martlet.db\u{1B}[2J", "~/martlet.db", "$HOME/martlet.db", "file:my%20shop.db",
        "mysql://u:hidden@h/d", ".", "/dev/null", "--json",
    ])
    func aDatabaseThatIsNoFileEndsTheStart(value: String) throws {
        let folder = try Folder()
        for arguments in [["serve"], ["stats"], ["user", "add", "anna", "--generate"]] {
            let ended = try run(
                arguments, environment: ["DATABASE_URI": value, "RUN_ADDRESS": "127.0.0.1:0"], in: folder)
            #expect(ended.status == 78 && ended.output.isEmpty, "\(ended)")
            #expect(ended.log.split(separator: "\n").count == 1 && ended.log.contains("database_uri"), "\(ended)")
            #expect(!ended.log.contains("hidden") && ended.log.utf8.allSatisfy { $0 >= 0x20 || $0 == 0x0A }, "\(ended)")
        }
        #expect(try databases(in: folder).isEmpty)
    }

    @Test func aFolderIsNotADatabase() throws {
        let folder = try Folder()
        let ended = try run(["check", "-d", folder.path], in: folder)
        #expect(
            ended.status == 78 && ended.log == "martlet: database_uri: \(folder.path) is a folder, and not a file\n")
    }

    @Test(arguments: [
        ("RUN_ADDRESS", "\"localhost:8080\"", #""\"localhost:8080\"""#),
        ("RUN_ADDRESS", "localhost:8080\r", #""localhost:8080\r""#),
        ("RUN_ADDRESS", "u:hidden@localhost:80", #""***@localhost:80""#), ("RUN_ADDRESS", "*:8080", #""*:8080""#),
        ("MARTLET_ADMIN_ADDRESS", "http://localhost:1", #""http://localhost:1""#),
        ("MARTLET_DISPATCHER_WORKERS", "8\r", #""8\r""#), ("MARTLET_SESSIONS_COOKIE_SECURE", "'true'", #""'true'""#),
        ("MARTLET_TRUSTED_PROXIES", "\"10.0.0.0/8\"", #""\"10.0.0.0/8\"""#),
        ("MARTLET_BACKUPS_FOLDER", "backups\r", #""backups\r""#),
        ("MARTLET_BACKUPS_FOLDER", "~/backups", #""~/backups""#),
        ("ACCRUAL_SYSTEM_ADDRESS", "http://u:hidden@h", #""http://***@h""#),
        ("MARTLET_LOG_LEVEL", "\"info\"", #""\"info\"""#),
    ])
    func aRefusedVariableIsShown(name: String, value: String, shown: String) throws {
        let ended = try run(["config"], environment: [name: value], in: try Folder())
        #expect(ended.status == 78 && ended.log.hasPrefix("martlet: \(name): "), "\(ended)")
        #expect(ended.log.contains("and not \(shown)") && !ended.log.contains("hidden"), "\(ended)")
        #expect(ended.log.split(separator: "\n").count == 1 && !ended.log.contains("\r"), "\(ended)")
    }

    @Test func configurationFilesOfOtherSystemsAreReadOrNamed() throws {
        let folder = try Folder()
        let path = folder.file("config.json")
        try (Data([0xEF, 0xBB, 0xBF]) + Data("{\r\n\"run_address\": \":9\"\r\n}\r\n".utf8))
            .write(to: URL(fileURLWithPath: path))
        let read = try run(["config"], in: folder)
        #expect(read.status == 0 && read.output.contains("\"run_address\": \":9\""), "\(read)")
        try #require("{\"run_address\": \":9\"}".data(using: .utf16)).write(to: URL(fileURLWithPath: path))
        let wide = try run(["config"], in: folder)
        #expect(wide.status == 78 && wide.log.contains("config.json: the file is UTF-16"), "\(wide)")
        let folderAsFile = try run(["config", "--config", folder.path], in: folder)
        #expect(folderAsFile.status == 78 && folderAsFile.log.contains("is a folder"), "\(folderAsFile)")
        #expect(try run(["config", "--config", ""], in: folder).status == 64)
        let quoted = try run(["config"], environment: ["MARTLET_CONFIG": "\"config.json\"\r"], in: folder)
        #expect(quoted.status == 78 && quoted.log.contains(#""\"config.json\"\r": there is no such file"#), "\(quoted)")
    }

    @Test(arguments: [
        "secret\r\n", "secret\n", "secret\r", "secret", "\u{FEFF}secret\r\n", "secret\r\nsecond line\r\n",
    ])
    func aPasswordIsALineWithoutItsEnd(input: String) throws {
        let folder = try Folder()
        let server = try Server.serving(in: folder)
        #expect(try run(["user", "add", "carol"], input: input, in: folder).status == 0)
        let body = #"{"login":"carol","password":"secret"}"#
        #expect(try server.client().send("POST", "/api/user/login", body).status == 200)
    }

    @Test func aPasswordThatCannotBeReadSaysWhy() throws {
        let folder = try Folder()
        let server = try Server.serving(in: folder)
        let inputs = [
            ("printf '\\377\\376s\\0'", "not UTF-8"), ("head -c 5000 /dev/zero", "too long"),

            (":", "stdin has no password"),
            ("printf '\\r\\n'", "empty"),
        ]
        for (command, reason) in inputs {
            let line = "\(command) | \"$M\" user add dave"
            let ended = try Server(
                in: folder, arguments: ["-c", line], environment: ["M": Server.executable, "PATH": "/usr/bin:/bin"],
                executable: "/bin/sh")
            #expect(try ended.waitForEnd() == 1 && ended.logText.contains(reason), "\(command): \(ended.logText)")
        }
        #expect(try run(["user", "show", "dave"], in: folder).status == 66)
        #expect(server.isRunning)
    }

    @Test(arguments: ["\"b.db\"", "b.db\r", "~/b.db", "file://b.db"])
    func aBackupIsNotMadeUnderAnOddName(name: String) throws {
        let folder = try Folder()
        let ended = try run(["backup", name], in: folder)
        #expect(ended.status == 64 && ended.log.contains("FILE must be a path"), "\(ended)")
    }
}
