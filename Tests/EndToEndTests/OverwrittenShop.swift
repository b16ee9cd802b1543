import EndToEndSupport
import Foundation
import Posix
import Synchronization
import Testing

/// A shop in whose files a test writes: its database has pages of an earlier run, and its log has orders of this one.
final class OverwrittenShop {
    static let orders = 40

    let folder: Folder
    private let database: String

    init() throws {
        folder = try Folder()
        database = folder.file("martlet.db")
    }

    func serve() throws -> Server {
        try Server.serving(
            in: folder, environment: ["DATABASE_URI": database, "MARTLET_DISPATCHER_INTERVAL_MS": "60000"])
    }

    /// A server with ``orders``, half of them in the database and half in the log; an earlier state of the log in
    /// `old-wal`; and another shop's `other.db` of similar size.
    func open() throws -> (server: Server, client: Client) {
        let other = try Server.serving(
            in: folder,
            environment: ["DATABASE_URI": folder.file("other.db"), "MARTLET_DISPATCHER_INTERVAL_MS": "60000"])
        try upload(try Self.customer("berta", of: other), 500..<500 + Self.orders)
        try Self.stop(other)
        let first = try serve()
        let client = try Self.customer("anna", of: first)
        try upload(client, 0..<Self.orders / 2)
        try Self.stop(first)
        let server = try serve()
        // Sessions outlive the server.
        _ = try client.reconnected(to: server)
        try upload(client, Self.orders / 2..<Self.orders * 3 / 4)
        try run("cp martlet.db-wal old-wal")
        try upload(client, Self.orders * 3 / 4..<Self.orders)
        return (server, client)
    }

    private static func customer(_ login: String, of server: Server) throws -> Client {
        let client = try server.client()
        try client.register(login)
        return client
    }

    func upload(_ client: Client, _ numbers: Range<Int>) throws {
        for number in numbers {
            #expect(try client.send("POST", "/api/user/orders", orderNumber(number + 10)).status == 202)
        }
    }

    static func stop(_ server: Server) throws {
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0, "\(server.logText)")
    }

    /// Runs a line of a shell in the shop's folder.
    func run(_ line: String) throws {
        let shell = try Server(
            in: folder, arguments: ["-c", line],
            environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "M": Server.executable, "DATABASE_URI": database],
            executable: "/bin/sh")
        let status = try shell.waitForEnd()
        #expect(status == 0, "\(line): \(status) \(shell.logText)")
    }

    func command(_ arguments: String...) throws -> (status: Int32, output: String, log: String) {
        let command = try Server(in: folder, arguments: arguments + ["-d", database])
        return (try command.waitForEnd(), command.outputText, command.logText)
    }

    /// The fault was logged once, nothing takes the files for sound, and a restored backup is served.
    func expectRefusedEnd(_ server: Server) throws {
        let backup = try command("backup", folder.file("copy.db"))
        #expect([65, 69].contains(backup.status), "\(backup)")
        let check = try command("check")
        #expect([65, 69].contains(check.status) && !check.output.contains("passed"), "\(check)")
        #expect(!FileManager.default.fileExists(atPath: folder.file("copy.db")))
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 74)
        let errors = server.logText.split(separator: "\n").filter { $0.contains("was written to by another program") }
        #expect(errors.count == 1, "\(server.logText)")
        for arguments in [["serve", "-a", "127.0.0.1:0"], ["check"], ["backup", folder.file("copy.db")]] {
            let command = try Server(in: folder, arguments: arguments + ["-d", database])
            #expect([65, 69].contains(try command.waitForEnd()), "\(arguments)")
            let isExplained = ["wrote into the database", "is missing or empty, but its log"].contains {
                command.logText.contains($0)
            }
            #expect(isExplained, "\(arguments): \(command.logText)")
        }
        #expect(try command("restore", folder.file("other.db")).status == 0)
        try Self.stop(try serve())
    }
}

/// Uploads on a connection, one after the other, until it is stopped.
final class UploadLoad: Sendable {
    private struct Counts {
        var acknowledged = 0
        var acknowledgedAfterRefusal = 0
        var wasRefused = false
        var numbers: [Int] = []
    }

    private let counts = Mutex(Counts())
    private let isStopping = Atomic<Bool>(false)
    private let hasEnded = Atomic<Bool>(false)
    private let thread = Mutex<Posix.Thread?>(nil)

    private final class Box: @unchecked Sendable {
        // Safe: the load's thread alone uses the client until the load has stopped.
        let client: Client
        init(_ client: Client) { self.client = client }
    }

    init(_ client: Client, first: Int) {
        let box = Box(client)
        thread.withLock { thread in
            thread = Posix.Thread(name: "uploads") { [self] in
                var number = first
                while !isStopping.load(ordering: .relaxed), let status = status(box.client, number) {
                    note(status, number)
                    number += 1
                }
                hasEnded.store(true, ordering: .relaxed)
            }
        }
    }

    private func status(_ client: Client, _ number: Int) -> Int? {
        try? client.send("POST", "/api/user/orders", orderNumber(number)).status
    }

    private func note(_ status: Int, _ number: Int) {
        counts.withLock { counts in
            if status == 202 {
                counts.acknowledged += 1
                counts.numbers.append(number)
                if counts.wasRefused { counts.acknowledgedAfterRefusal += 1 }
            } else {
                counts.wasRefused = true
            }
        }
    }

    var acknowledged: Int { counts.withLock { $0.acknowledged } }
    var wasRefused: Bool { counts.withLock { $0.wasRefused } }
    var acknowledgedAfterRefusal: Int { counts.withLock { $0.acknowledgedAfterRefusal } }
    var numbers: [Int] { counts.withLock { $0.numbers } }
    var isRunning: Bool { !hasEnded.load(ordering: .relaxed) }

    func stop() {
        isStopping.store(true, ordering: .relaxed)
        thread.withLock { thread in
            thread?.join()
            thread = nil
        }
    }
}
