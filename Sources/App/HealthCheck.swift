import Posix

/// `martlet healthcheck`: asks the server of the configuration in force whether it can serve, for what restarts containers.
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
        guard let address = configuration.admin?.address, address.port > 0 else {
            return .failure(Trouble(text: "admin_address: there is none that could be asked"))
        }
        var trouble = Trouble(text: "\(address): nobody answers")
        do throws(Endpoint.ResolutionError) {
            for endpoint in try Endpoint.resolve(host: address.host ?? "localhost", port: address.port) {
                do throws(SystemError) {
                    return Self.judge(try answer(of: endpoint), address)
                } catch {
                    trouble = Trouble(text: "\(address): \(error)")
                }
            }
        } catch {
            trouble = Trouble(text: "\(address): \(error.reason)")
        }
        return .failure(trouble)
    }

    /// What comes until the server closes, or the time is over.
    private static func answer(of endpoint: Endpoint) throws(SystemError) -> [UInt8] {
        let end = SystemClock.monotonicMilliseconds() + Int64(waitSeconds) * 1000
        let socket = try Socket(connectingTo: endpoint, withinSeconds: waitSeconds)
        // It fits into what the kernel takes at once.
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

    private static func judge(_ answer: [UInt8], _ address: Address) -> Result<String, Trouble> {
        let text = String(decoding: answer, as: UTF8.self)
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
        guard let status = lines[0].split(separator: " ").dropFirst().first.flatMap({ Int($0) }),
            lines[0].hasPrefix("HTTP/1.1 "), let end = lines.firstIndex(of: "")
        else { return .failure(Trouble(text: "\(address): no answer that could be read")) }
        let body = lines[(end + 1)...].joined().split(separator: "\n").first.map { String($0) } ?? ""
        return status == 200 ? .success(body) : .failure(Trouble(text: "\(address): \(status), \(body)"))
    }
}
