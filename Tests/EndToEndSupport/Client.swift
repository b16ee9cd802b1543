import Foundation
import JSON
import Posix
import TestSupport

/// A plain client of the API on one connection. It sends exactly the bytes that the test wrote.
package final class Client {
    package struct Answer {
        package let status: Int
        package let fields: [(name: String, value: String)]
        package let body: [UInt8]

        package init(status: Int, fields: [(name: String, value: String)], body: [UInt8]) {
            self.status = status
            self.fields = fields
            self.body = body
        }

        package var text: String { String(decoding: body, as: UTF8.self) }

        package subscript(_ name: String) -> String? {
            fields.first { $0.name.lowercased() == name.lowercased() }?.value
        }

        package var json: JSONValue? { try? JSONParser.parse(body[...]) }
    }

    package private(set) var endpoint: Endpoint
    private var connection: Box
    private var received: [UInt8] = []
    /// The value of the `Authorization` field, if set.
    package var authorization: String?

    private final class Box {
        let socket: Socket

        init(_ endpoint: Endpoint) throws {
            socket = try Socket(connectingTo: endpoint)
            try socket.limitWaiting(seconds: 30)
        }
    }

    /// `127.0.0.1:8080`
    package var address: String { "\(endpoint)" }

    package init(endpoint: Endpoint) throws {
        self.endpoint = endpoint
        connection = try Box(endpoint)
    }

    /// Goes on with a server that was started anew.
    package func reconnected(to server: Server) throws -> Client {
        endpoint = try server.endpoint()
        connection = try Box(endpoint)
        received = []
        return self
    }

    @discardableResult
    package func send(
        _ method: String, _ path: String, _ body: String? = nil, fields: [String] = []
    ) throws -> Answer {
        try write(request(method, path, body.map { Array($0.utf8) }, fields: fields))
        return try answer(hasBody: method != "HEAD")
    }

    package func send(_ method: String, _ path: String, bytes: [UInt8], fields: [String] = []) throws -> Answer {
        try write(request(method, path, bytes, fields: fields))
        return try answer(hasBody: true)
    }

    /// Registers, and shows the session from then on.
    package func register(_ login: String, password: String = "secret") throws {
        let answer = try send(
            "POST", "/api/user/register", #"{"login":"\#(login)","password":"\#(password)"}"#)
        guard answer.status == 200 else { throw TestFailure("register: \(answer.status) \(answer.text)") }
        authorization = answer["Authorization"]
    }

    package func write(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            guard let count = try connection.socket.send(bytes, from: sent) else {
                throw TestFailure("the server reads no further")
            }
            sent += count
        }
    }

    package func request(_ method: String, _ path: String, _ body: [UInt8]?, fields: [String]) -> [UInt8] {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: \(endpoint)\r\n"
        if let authorization { head += "Authorization: \(authorization)\r\n" }
        for field in fields { head += "\(field)\r\n" }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        return Array("\(head)\r\n".utf8) + (body ?? [])
    }

    /// Reads one answer; interim ones are passed over.
    package func answer(hasBody: Bool = true) throws -> Answer {
        while true {
            let head = try readHead()
            let lines = head.components(separatedBy: "\r\n")
            let words = lines[0].split(separator: " ")
            guard words.count >= 2, words[0] == "HTTP/1.1", let status = Int(words[1]) else {
                throw TestFailure("not an answer: \(head)")
            }
            let fields = lines.dropFirst().compactMap { line -> (name: String, value: String)? in
                guard let colon = line.range(of: ": ") else { return nil }
                return (String(line[..<colon.lowerBound]), String(line[colon.upperBound...]))
            }
            if status == 100 { continue }
            let answer = Answer(status: status, fields: fields, body: [])
            guard hasBody else { return answer }
            if answer["Transfer-Encoding"] == "chunked" {
                return Answer(status: status, fields: fields, body: try readChunks())
            }
            let length = answer["Content-Length"].flatMap { Int($0) } ?? 0
            return Answer(status: status, fields: fields, body: try read(length))
        }
    }

    /// Returns true if the server has closed the connection without sending anything more.
    package func isAtEnd() throws -> Bool {
        try received.isEmpty && !receive()
    }

    private func readHead() throws -> String { try read(upTo: "\r\n\r\n") }

    private func readChunks() throws -> [UInt8] {
        var body: [UInt8] = []
        while let chunk = try nextChunk() { body += chunk }
        return body
    }

    /// Waits for the next chunk of a body that is still being made; returns `nil` after the last chunk.
    package func nextChunk() throws -> [UInt8]? {
        let size = try read(upTo: "\r\n")
        guard let count = Int(size, radix: 16) else { throw TestFailure("not a chunk's size: \(size)") }
        let chunk = try read(count)
        guard try read(2) == [0x0D, 0x0A] else { throw TestFailure("a chunk of more than \(count)") }
        return count == 0 ? nil : chunk
    }

    private func read(upTo mark: String) throws -> String {
        while true {
            if let end = received.firstRange(of: Array(mark.utf8)) {
                let text = String(decoding: received[..<end.lowerBound], as: UTF8.self)
                received.removeFirst(end.upperBound)
                return text
            }
            guard try receive() else { throw TestFailure("the connection ended before \(mark.debugDescription)") }
        }
    }

    private func read(_ count: Int) throws -> [UInt8] {
        while received.count < count {
            guard try receive() else { throw TestFailure("the connection ended in a body") }
        }
        let bytes = Array(received[..<count])
        received.removeFirst(count)
        return bytes
    }

    private func receive() throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        switch try connection.socket.receive(into: &buffer) {
        case .bytes(let count):
            received += buffer[..<count]
            return true
        case .end: return false
        case .wouldBlock: throw TestFailure("no answer within the time")
        }
    }
}
