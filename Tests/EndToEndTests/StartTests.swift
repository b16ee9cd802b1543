import EndToEndSupport
import Foundation
import JSON
import TestSupport
import Testing

/// Starts in unusual surroundings: closed descriptors, no `/proc`, the first process of a container, variables of an
/// orchestrator.
@Suite(.serialized)
struct StartTests {
    private static let unshare = "/usr/bin/unshare"
    private static let ownNamespaces = ["--user", "--map-root-user", "--mount"]

    /// Returns true if a test may have mounts and processes of its own (user_namespaces(7)).
    private static let hasNamespaces: Bool = {
        guard let folder = try? Folder(),
            let trial = try? Server(
                in: folder, arguments: ownNamespaces + ["mount", "-t", "tmpfs", "tmpfs", "/proc"],
                environment: ["PATH": "/usr/bin:/bin"], executable: unshare)
        else { return false }
        return (try? trial.waitForEnd()) == 0
    }()

    private static let address = [
        "RUN_ADDRESS": "127.0.0.1:0", "MARTLET_ACCRUAL_LISTEN": "127.0.0.1:0", "MARTLET_ADMIN_ADDRESS": "",
        "MARTLET": Server.executable, "PATH": "/usr/bin:/bin",
    ]

    /// The database, its lock and its log would get the numbers, and what is printed would be written into them.
    @Test(arguments: ["0<&-", "1>&-", "2>&-", "0<&- 1>&-", "1>&- 2>&-", "0<&- 1>&- 2>&-"])
    func closedDescriptorsAreOpenedFirst(redirections: String) throws {
        let folder = try Folder()
        let server = try Server(
            in: folder, arguments: ["-c", "exec \"$MARTLET\" serve \(redirections)"], environment: Self.address,
            executable: "/bin/sh")
        let lock = folder.file("martlet.db-lock")
        try eventually("it has opened its database") {
            FileManager.default.fileExists(atPath: folder.file("martlet.db-control"))
        }
        for number in 0...2 {
            let target = try FileManager.default.destinationOfSymbolicLink(
                atPath: "/proc/\(server.processID)/fd/\(number)")
            #expect(!target.contains("martlet.db") && !target.hasPrefix("socket"), "\(number): \(target)")
            if redirections.contains("\(number)") { #expect(target == "/dev/null", "\(number): \(target)") }
        }
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        #expect(try Data(contentsOf: URL(fileURLWithPath: lock)).isEmpty)
        let check = try Server(in: folder, arguments: ["check"])
        #expect(try check.waitForEnd() == 0, "\(check.logText)")
    }

    @Test(arguments: ["user add bob --generate", "version", "order number 100100"])
    func outputThatIsClosedIsStillAnError(command: String) throws {
        let folder = try Folder()
        let closed = try Server(
            in: folder, arguments: ["-c", "exec \"$MARTLET\" \(command) >&-"], environment: Self.address,
            executable: "/bin/sh")
        #expect(try closed.waitForEnd() == 74, "\(closed.logText)")
        #expect(closed.logText.contains("the output can't be written"))
    }

    @Test(
        .enabled(if: hasNamespaces),
        arguments: [
            (["version"], Int32(0), "martlet ", ""), (["order", "number", "100100"], 0, "1001007\n", ""),
            (["--nonsense"], 64, "", "--nonsense"), (["user", "list", "-d", "missing.db"], 69, "", "missing.db"),
            (["config", "-a", "localhost:9"], 0, "localhost:9", ""),
        ])
    func argumentsNeedNoProc(arguments: [String], status: Int32, output: String, log: String) throws {
        let folder = try Folder()
        let script = "mount -t tmpfs tmpfs /proc && exec \"$MARTLET\" \"$@\""
        let martlet = try Server(
            in: folder, arguments: Self.ownNamespaces + ["sh", "-c", script, "sh"] + arguments,
            environment: Self.address, executable: Self.unshare)
        #expect(try martlet.waitForEnd() == status, "\(martlet.logText)")
        #expect(output.isEmpty || martlet.outputText.contains(output))
        #expect(log.isEmpty || martlet.logText.contains(log))
        #expect(!FileManager.default.fileExists(atPath: folder.file("martlet.db")))
    }

    /// The kernel makes an empty name of no arguments at all (execve(2)).
    @Test func missingArgumentsAreReported() throws {
        let folder = try Folder()
        let martlet = try Server(
            in: folder, arguments: ["-c", "exec -a '' \"$MARTLET\""], environment: Self.address,
            executable: "/bin/bash")
        #expect(try martlet.waitForEnd() == 64)
        #expect(martlet.logText.contains("without arguments"))
        #expect(!FileManager.default.fileExists(atPath: folder.file("martlet.db")))
    }

    /// As in a container, in which the kernel ignores signals to the first process that have no handler.
    @Test(.enabled(if: hasNamespaces), arguments: [SIGTERM, SIGINT])
    func aSecondSignalEndsTheFirstProcess(signal: Int32) throws {
        let server = try firstProcess()
        let half = try server.client()
        try half.write(Array("POST /api/user/orders HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n".utf8))
        #expect(try server.client().send("GET", "/api/user/balance").status == 401)
        let process = try Self.child(of: server)
        kill(process, SIGTERM)
        try eventually("it stops") { server.logText.contains("stopping") }
        #expect(server.isRunning)
        kill(process, signal)
        #expect(try server.waitForEnd() == 128 + signal)
    }

    /// Those that it does not handle otherwise end it as they end any process.
    @Test(.enabled(if: hasNamespaces)) func quitEndsTheFirstProcess() throws {
        let server = try firstProcess()
        _ = try server.endpoint()
        kill(try Self.child(of: server), SIGQUIT)
        #expect(try server.waitForEnd() == 128 + SIGQUIT)
    }

    /// A process that outlives its parent becomes a child of the first process, which has to leave no zombie of it.
    @Test(.enabled(if: hasNamespaces)) func theFirstProcessLeavesNoZombies() throws {
        let server = try firstProcess()
        _ = try server.endpoint()
        let process = try Self.child(of: server)
        let folder = try Folder()
        let pipe = folder.file("pipe")
        mkfifo(pipe, 0o600)
        let namespaces = ["--target", "\(process)", "--user", "--preserve-credentials", "--pid"]
        let parent = try Server(
            in: folder, arguments: namespaces + ["sh", "-c", "cat '\(pipe)' >/dev/null 2>&1 &"],
            environment: ["PATH": "/usr/bin:/bin"], executable: "/usr/bin/nsenter")
        #expect(try parent.waitForEnd() == 0, "\(parent.logText)")
        let children = "/proc/\(process)/task/\(process)/children"
        try eventually("it has a child") { try !String(contentsOfFile: children, encoding: .utf8).isEmpty }
        close(open(pipe, O_WRONLY))
        try eventually("the child is gone") { try String(contentsOfFile: children, encoding: .utf8).isEmpty }
        server.signal(SIGTERM)
    }

    private func firstProcess() throws -> Server {
        var environment = Self.address
        environment["MARTLET_HTTP_EVENT_LOOPS"] = "1"
        return try Server(
            in: try Folder(),
            arguments: Self.ownNamespaces + [
                "--pid", "--fork", "--kill-child", "--mount-proc", Server.executable, "serve",
            ],
            environment: environment, executable: Self.unshare)
    }

    private static func child(of server: Server) throws -> Int32 {
        let path = "/proc/\(server.processID)/task/\(server.processID)/children"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        guard let child = text.split(separator: " ").first.flatMap({ Int32($0) }) else { throw TestFailure("no child") }
        return child
    }

    /// libdispatch would report to the system's log that its thread may not have a higher priority.
    @Test(.enabled(if: hasNamespaces)) func theSystemsLogStaysEmpty() throws {
        let folder = try Folder()
        let systemLog = try ServiceManagerDouble(.path)
        let script = """
            mount -t tmpfs tmpfs /dev && ln -s \(systemLog.notifyAddress) /dev/log && exec "$MARTLET" serve
            """
        let server = try Server(
            in: folder, arguments: Self.ownNamespaces + ["sh", "-c", script], environment: Self.address,
            executable: Self.unshare)
        // The order has points only after the timer has fired, so its thread has started.
        let client = try server.client()
        try client.register("anna")
        let receipt = #"{"order":"\#(orderNumber(1))","goods":[]}"#
        #expect(try server.accrualClient().send("POST", "/api/orders", receipt).status == 202)
        #expect(try client.send("POST", "/api/user/orders", orderNumber(1)).status == 202)
        try eventually("the order is processed") {
            try client.send("GET", "/api/user/orders").json?.array?.first?.object?["status"]?.string == "PROCESSED"
        }
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        #expect(systemLog.notice(withinMilliseconds: 0) == nil)
    }

    @Test func theLogSaysThatADatabaseIsNew() throws {
        let folder = try Folder()
        let words =
            TestEngine.current == .sqlite
            ? #""level":"info","message":"a new database was made at /"#
            : #""level":"info","message":"the tables of a new shop were made in postgres"#
        for isNew in [true, false] {
            let server = try Server.serving(in: folder)
            #expect(server.logText.contains(words) == isNew, "\(server.logText)")
            server.signal(SIGTERM)
            #expect(try server.waitForEnd() == 0)
        }
    }

    /// An empty database would look like a new shop to the next start.
    @Test(.filesOfSQLite, arguments: ["serve", "accrual"]) func aTakenPortLeavesNoDatabase(command: String) throws {
        let first = try Server.serving(in: try Folder())
        let address = "\(try first.endpoint())"
        let folder = try Folder()
        let second = try Server(
            in: folder, arguments: [command], environment: Self.address.merging(["RUN_ADDRESS": address]) { $1 })
        #expect(try second.waitForEnd() == 69)
        let words = "Address already in use (another program has the port); set run_address (-a)"
        #expect(second.logText.contains("run_address: \(address): bind: \(words)"), "\(second.logText)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(!names.contains { $0.hasPrefix("martlet") }, "\(names)")
        #expect(first.isRunning)
    }

    /// A service called `martlet` gives its container these variables.
    @Test func variablesOfAnOrchestratorAreIgnored() throws {
        let kubernetes = [
            "MARTLET_SERVICE_HOST": "10.96.0.12", "MARTLET_SERVICE_PORT": "8080",
            "MARTLET_PORT": "tcp://10.96.0.12:8080",
            "MARTLET_PORT_8080_TCP": "tcp://10.96.0.12:8080", "MARTLET_PORT_8080_TCP_PROTO": "tcp",
            "MARTLET_PORT_8080_TCP_PORT": "8080", "MARTLET_PORT_8080_TCP_ADDR": "10.96.0.12",
        ]
        let typingError = ["MARTLET_LOG_LEVLE": "debug", "MARTLET_LOG_FORMAT": "json"]
        let server = try Server.serving(in: try Folder(), environment: kubernetes.merging(typingError) { $1 })
        let lines = server.logText.split(separator: "\n")
        for line in lines {
            let object = try #require(try? JSONParser.parse(Array(line.utf8)[...]).object, "\(line)")
            #expect(object["level"]?.string != nil, "\(line)")
        }
        #expect(lines.filter { $0.contains("no setting has this name") }.count == 1)
        let health = try Server(
            in: try Folder(), arguments: ["healthcheck"],
            environment: kubernetes.merging(["MARTLET_ADMIN_ADDRESS": "127.0.0.1:1"]) { $1 })
        #expect(try health.waitForEnd() == 1)
        #expect(!health.logText.contains("MARTLET_"), "\(health.logText)")
    }
}
