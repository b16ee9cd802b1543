import EndToEndSupport
import Foundation
import JSON
import TestSupport
import Testing

/// A shop whose owner gives commands, while its server runs or while none does.
final class CommandShop {
    struct Ended {
        let status: Int32
        let output: String
        let log: String

        var json: JSONObject? { try? JSONParser.parse(Array(output.utf8)).object }
    }

    let folder = try! Folder()
    /// `nil` while no server runs.
    private(set) var server: Server?
    private let isServerRunning: Bool
    private var logs: [String] = []

    /// - Parameter configuration: the text of config.json, which the server and the commands read.
    init(isServerRunning: Bool, configuration: String = "{}") throws {
        self.isServerRunning = isServerRunning
        try folder.write(configuration, to: "config.json")
        server = try Server.serving(in: folder)
        if !isServerRunning { try stop() }
    }

    func run(_ arguments: String..., input: String? = nil) throws -> Ended { try run(arguments, input: input) }

    func run(_ arguments: [String], input: String? = nil) throws -> Ended {
        let command = try Server(in: folder, arguments: arguments, input: input)
        return Ended(status: try command.waitForEnd(), output: command.outputText, log: command.logText)
    }

    /// Runs the body beside a server, which runs only for that time if the commands find none.
    func whileServing<Value>(_ body: (Server) throws -> Value) throws -> Value {
        if let server { return try body(server) }
        let server = try Server.serving(in: folder)
        self.server = server
        let value = try body(server)
        try stop()
        return value
    }

    private func stop() throws {
        guard let server else { return }
        server.signal(SIGTERM)
        guard try server.waitForEnd() == 0 else { throw TestFailure(server.logText) }
        logs.append(server.logText)
        self.server = nil
    }

    /// The files of the database, and the logs of the server, that contain one of the texts. The outputs of commands
    /// are not among them.
    func files(containing texts: [String]) throws -> [String] {
        let files: [(String, Data)]
        if TestEngine.current == .postgres {
            files = [("the dump", try folder.databaseBytes())]
        } else {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
                $0.hasPrefix("martlet.db") && !$0.hasSuffix("-control")
            }
            guard names.contains("martlet.db") else { throw TestFailure("there is no database in \(names)") }
            files = try names.map { ($0, try Data(contentsOf: URL(fileURLWithPath: folder.file($0)))) }
        }
        let logs = (logs + [server?.logText ?? ""]).map { ("the log", Data($0.utf8)) }
        return (files + logs).filter { _, bytes in texts.contains { bytes.range(of: Data($0.utf8)) != nil } }.map(\.0)
    }
}
