import API
import CommandLine
import Configuration
import Posix
import Text

/// `martlet healthcheck`: asks the server of the configuration in force whether it can serve. Programs that restart
/// containers call it.
enum HealthCheck {
    private static let waitSeconds = 5
    private static let answerBytesMax = 8 * 1024

    static func run(_ configuration: Configuration) -> Int32 {
        switch ask(configuration) {
        case .success(let text): return CommandOutput.print("\(text.oneLine)\n")
        case .failure(let trouble):
            StandardStream.error.write("martlet: \(trouble.text.oneLine)\n")
            return ExitStatus.unhealthy
        }
    }

    private struct Trouble: Error {
        let text: String
    }

    private static func ask(_ configuration: Configuration) -> Result<String, Trouble> {
        guard let address = configuration.admin?.address else {
            return .failure(Trouble(text: "admin_address is not set, so there is nothing to ask"))
        }
        guard address.port > 0 else {
            let reason = "its port is 0, so only the server's log has the port; set another one"
            return .failure(Trouble(text: "admin_address: \(reason)"))
        }
        let path = configuration.database.printable
        let database: String
        switch DatabaseEngine.identity(of: configuration.database) {
        case .success(let identity): database = identity
        case .failure(let error): return .failure(Trouble(text: "database_uri: \(error)"))
        }
        var trouble = Trouble(text: "\(address): no answer")
        do throws(Endpoint.ResolutionError) {
            for endpoint in try Endpoint.resolve(host: address.host ?? "localhost", port: address.port) {
                do throws(SystemError) {
                    let answer = Answer(try bytes(from: endpoint))
                    switch judge(answer, database, path, address) {
                    // If a name has two addresses, another server may listen on one of them.
                    case .failure(let other) where answer?.database != database: trouble = other
                    case let judged: return judged
                    }
                } catch {
                    trouble = Trouble(text: "\(address): \(error)")
                }
            }
        } catch {
            trouble = Trouble(text: "\(address): \(error.reason)")
        }
        return .failure(trouble)
    }

    /// The bytes until the server closes the connection, or until the time is over.
    private static func bytes(from endpoint: Endpoint) throws(SystemError) -> [UInt8] {
        let end = SystemClock.monotonicMilliseconds() + Int64(waitSeconds) * 1000
        let socket = try Socket(connectingTo: endpoint, withinSeconds: waitSeconds)
        // The request is short enough for the kernel to take it at once.
        _ = try socket.send(
            Array("GET /readyz HTTP/1.1\r\nHost: \(endpoint)\r\nConnection: close\r\n\r\n".utf8), from: 0)
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: answerBytesMax)
        while answer.count < answerBytesMax, SystemClock.monotonicMilliseconds() < end {
            guard case .bytes(let count) = try socket.receive(into: &buffer) else { break }
            answer += buffer[..<count]
        }
        return answer
    }

    private struct Answer {
        let status: Int
        /// The database that the server names; `nil` if it names none.
        let database: String?
        /// The first line of the body.
        let text: String

        /// Returns `nil` if the bytes are not a response of HTTP/1.1.
        init?(_ bytes: [UInt8]) {
            let lines = String(decoding: bytes, as: UTF8.self).split(
                separator: "\r\n", omittingEmptySubsequences: false)
            guard let status = lines[0].split(separator: " ").dropFirst().first.flatMap({ Int($0) }),
                lines[0].hasPrefix("HTTP/1.1 "), let end = lines.firstIndex(of: "")
            else { return nil }
            let name = "\(AdminAPI.databaseField):".lowercased()
            self.status = status
            database = lines[..<end].first { $0.lowercased().hasPrefix(name) }.map { line in
                String(line.dropFirst(name.count).drop { $0 == " " })
            }
            text = lines[(end + 1)...].joined().split(separator: "\n").first.map { String($0) } ?? ""
        }
    }

    private static func judge(
        _ answer: Answer?, _ database: String, _ path: String, _ address: Address
    ) -> Result<String, Trouble> {
        guard let answer else { return .failure(Trouble(text: "\(address): the answer can't be read")) }
        if let other = answer.database, other != database {
            return .failure(Trouble(text: "\(address): the server there runs on another database than \(path)"))
        }
        guard answer.status == 200 else {
            return .failure(Trouble(text: "\(address): \(answer.status), \(answer.text)"))
        }
        guard answer.database != nil else {
            return .failure(
                Trouble(text: "\(address): the server there does not name its database, which should be \(path)"))
        }
        return .success(answer.text)
    }
}

extension Command {
    static let healthcheck: Command = Command(
        "healthcheck", "ask the running server whether it can serve; ends with 0 or 1", settings: [Settings.database],
        details: ["The answer has to come from a server on this database: another server may have the port."],
        statuses: [ExitStatus.success, ExitStatus.unhealthy],
        action: .run { _, configuration, _ in HealthCheck.run(configuration) })
}
