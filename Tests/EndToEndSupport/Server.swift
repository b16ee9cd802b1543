import Foundation
import Posix
import TestSupport

/// The real executable, started as a user would.
package final class Server {
    /// The release executable if the test command built one, else the debug executable beside the tests.
    package static let executable: String = {
        if let path = ProcessInfo.processInfo.environment["MARTLET_EXECUTABLE"] { return path }
        let products = URL(fileURLWithPath: ProcessInfo.processInfo.arguments[0]).deletingLastPathComponent()
        return products.appendingPathComponent("martlet").path
    }()

    package let folder: Folder
    private let process: ChildProcess
    private let output: String
    private let log: String

    /// Starts `martlet` with these arguments and only this environment. Its output goes to files of the folder. If the
    /// tests run on PostgreSQL, addresses of databases take the place of paths in both.
    ///
    /// - Parameters:
    ///   - input: the text on stdin; `nil` for none.
    ///   - inputDescriptor: the descriptor for stdin, if it is not a text.
    package init(
        in folder: Folder, arguments: [String] = [], environment: [String: String] = [:],
        executable: String = Server.executable, input: String? = nil, inputDescriptor: Int32? = nil
    ) throws {
        self.folder = folder
        var (arguments, environment) = (arguments, environment)
        if TestEngine.current == .postgres, executable == Server.executable {
            (arguments, environment) = try folder.databases.replacingPaths(
                in: arguments, environment, folder: folder.path)
        }
        let name = UUID().uuidString
        output = folder.file("\(name).out")
        log = folder.file("\(name).log")
        for path in [output, log] { try Data().write(to: URL(fileURLWithPath: path)) }
        let text = input.map { _ in folder.file("\(name).in") }
        if let input, let text { try Data(input.utf8).write(to: URL(fileURLWithPath: text)) }
        let source = text.flatMap { FileHandle(forReadingAtPath: $0) }
        guard let out = FileHandle(forWritingAtPath: output), let error = FileHandle(forWritingAtPath: log) else {
            throw TestFailure("the output of \(executable) has no file")
        }
        process = try ChildProcess(
            executable, arguments, environment: environment, in: folder.path,
            input: source?.fileDescriptor ?? inputDescriptor, output: out.fileDescriptor, error: error.fileDescriptor)
        // The handles are closed when they are released.
        withExtendedLifetime((source, out, error)) {}
    }

    deinit {
        process.signal(SIGKILL)
        process.waitForEnd()
    }

    /// Starts it on a free port of this machine, with its database in the folder, and waits until it listens.
    package static func serving(
        in folder: Folder, accrual: String? = nil, environment extra: [String: String] = [:]
    ) throws -> Server {
        let server = try launched(in: folder, accrual: accrual, environment: extra)
        _ = try server.endpoint()
        return server
    }

    /// Like ``serving(in:accrual:environment:)``, but waits for nothing.
    package static func launched(
        in folder: Folder, accrual: String? = nil, environment extra: [String: String] = [:]
    ) throws -> Server {
        var environment = [
            "RUN_ADDRESS": "127.0.0.1:0", "MARTLET_ACCRUAL_LISTEN": "127.0.0.1:0",
            "MARTLET_ADMIN_ADDRESS": "127.0.0.1:0", "MARTLET_STAFF_ADDRESS": "127.0.0.1:0",
            "DATABASE_URI": folder.file("martlet.db"),
        ]
        environment["ACCRUAL_SYSTEM_ADDRESS"] = accrual
        environment.merge(extra) { $1 }
        return try Server(in: folder, environment: environment)
    }

    package var logText: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }
    package var outputText: String { (try? String(contentsOfFile: output, encoding: .utf8)) ?? "" }
    package var isRunning: Bool { process.isRunning }

    /// Waits until the server listens and returns the address that it logged.
    package func endpoint() throws -> Endpoint {
        guard let endpoint = try endpointUnlessEnded() else { throw TestFailure("it ended: \(logText)") }
        return endpoint
    }

    /// Like ``endpoint()``; returns `nil` if the server ended before it listened.
    package func endpointUnlessEnded() throws -> Endpoint? {
        var port: UInt16?
        try eventually("it listens; it said: \(logText)") {
            let isRunning = process.isRunning
            port = logText.firstMatch(of: /listening on http:\/\/127\.0\.0\.1:(\d+)/).flatMap { UInt16($0.1) }
            return port != nil || !isRunning
        }
        return port.map { Endpoint(address: [127, 0, 0, 1], port: $0) }
    }

    package func client() throws -> Client { try Client(endpoint: endpoint()) }

    /// A client of the built-in accrual system beside it, which listens before the server does.
    package func accrualClient() throws -> Client {
        _ = try endpoint()
        let port = logText.firstMatch(of: /accrual system listens on http:\/\/127\.0\.0\.1:(\d+)/).flatMap {
            UInt16($0.1)
        }
        guard let port else { throw TestFailure("no accrual system listens: \(logText)") }
        return try Client(endpoint: Endpoint(address: [127, 0, 0, 1], port: port))
    }

    /// A client of the staff's API, which listens before the server does.
    package func staffClient() throws -> Client {
        _ = try endpoint()
        let port = logText.firstMatch(of: /staff's page and API listen on http:\/\/127\.0\.0\.1:(\d+)/).flatMap {
            UInt16($0.1)
        }
        guard let port else { throw TestFailure("the staff's API does not listen: \(logText)") }
        return try Client(endpoint: Endpoint(address: [127, 0, 0, 1], port: port))
    }

    /// The address of the admin listener, which listens before the server does.
    package func adminEndpoint() throws -> Endpoint {
        _ = try endpoint()
        let port = logText.firstMatch(of: /readyz are at http:\/\/127\.0\.0\.1:(\d+)/).flatMap { UInt16($0.1) }
        guard let port else { throw TestFailure("no admin listener: \(logText)") }
        return Endpoint(address: [127, 0, 0, 1], port: port)
    }

    package var processID: Int32 { process.id }

    package func signal(_ number: Int32) {
        process.signal(number)
    }

    /// Kills the process, which a power cut would do as well.
    package func killAtOnce() {
        signal(SIGKILL)
        process.waitForEnd()
    }

    /// Waits for the end of the process. Returns the exit status, or the negative number of the signal that ended it.
    package func waitForEnd() throws -> Int32 {
        try eventually("it ends; it said: \(logText)") { !process.isRunning }
        return process.waitForEnd()
    }

    /// The memory that it has resident (proc(5), VmRSS).
    package func memoryKiB() throws -> Int { try statusKiB("VmRSS") }

    /// The most memory it ever had resident (proc(5), VmHWM).
    package func peakMemoryKiB() throws -> Int { try statusKiB("VmHWM") }

    private func statusKiB(_ name: String) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process.id)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("\(name):") }
        guard let kibibytes = line.flatMap({ Int($0.filter(\.isNumber)) }) else {
            throw TestFailure("no \(name) in \(status)")
        }
        return kibibytes
    }

    /// Its files and sockets (proc(5)).
    package func openDescriptorCount() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.id)/fd").count
    }
}
