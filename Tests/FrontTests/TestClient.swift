import Glibc
import HTTP
import Posix

/// A client that sends exactly the given bytes, and waits for responses for a limited time.
final class TestClient: @unchecked Sendable {
    // Safe: if a test sends on one thread and receives on another, sending uses the socket only.

    struct Answer: Equatable {
        var status: Int
        /// The values by name, in small letters.
        var fields: [String: String]
        var body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    enum Failure: Error {
        /// Nothing has arrived in the time for which a test waits.
        case silence
        /// The server has closed the connection before the response was complete. The value is the part that has
        /// arrived.
        case closed(String)
        case malformed(String)
    }

    let socket: Socket
    /// Received bytes that are not part of a response that was returned.
    private var received: ArraySlice<UInt8> = []
    private var buffer = [UInt8](repeating: 0, count: 256 * 1024)

    init(_ endpoint: Endpoint, patienceMilliseconds: Int = 20_000) throws {
        socket = try Socket(connectingTo: endpoint)
        var patience = timeval(tv_sec: patienceMilliseconds / 1_000, tv_usec: patienceMilliseconds % 1_000 * 1_000)
        let length = socklen_t(MemoryLayout<timeval>.size)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            precondition(setsockopt(socket.descriptor.rawValue, SOL_SOCKET, option, &patience, length) == 0)
        }
        var one: CInt = 1
        let size = socklen_t(MemoryLayout<CInt>.size)
        setsockopt(socket.descriptor.rawValue, CInt(IPPROTO_TCP), TCP_NODELAY, &one, size)
    }

    func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            guard let count = try socket.send(bytes, from: sent) else { throw Failure.silence }
            sent += count
        }
    }

    /// The received text that is not part of a response that was returned.
    var unread: String { String(decoding: received, as: UTF8.self) }

    /// Returns true, once, if the server has reset the connection (SO_ERROR, socket(7)).
    func takeReset() -> Bool {
        var error: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        getsockopt(socket.descriptor.rawValue, SOL_SOCKET, SO_ERROR, &error, &length)
        return error == ECONNRESET
    }

    /// Sends GET of a path.
    func get(_ path: String, fields: String = "") throws {
        try send("GET \(path) HTTP/1.1\r\nHost: test\r\n\(fields)\r\n")
    }

    /// Waits for the next response.
    ///
    /// - Parameter omitsBody: true for the response to a HEAD.
    func answer(omitsBody: Bool = false) throws -> Answer {
        while true {
            if let answer = try takeAnswer(omitsBody: omitsBody) { return answer }
            guard try receiveMore() else {
                throw Failure.closed(unread)
            }
        }
    }

    /// The remaining bytes until the server closes the connection. A reset is an error.
    func rest() throws -> String {
        while try receiveMore() {}
        return unread
    }

    /// The bytes up to and including a mark.
    func text(upTo mark: String) throws -> String {
        while true {
            if let end = received.firstRange(of: Array(mark.utf8)) {
                defer { received = received[end.upperBound...] }
                return String(decoding: received[..<end.upperBound], as: UTF8.self)
            }
            guard try receiveMore() else { throw Failure.closed(unread) }
        }
    }

    /// Receives once. Returns false at the end.
    func receiveMore() throws -> Bool {
        switch try socket.receive(into: &buffer) {
        case .bytes(let count):
            received += buffer[..<count]
            return true
        case .wouldBlock: throw Failure.silence
        case .end: return false
        }
    }

    /// The next response, if it was received completely.
    func takeAnswer(omitsBody: Bool = false) throws -> Answer? {
        guard let headEnd = received.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: received[..<headEnd.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let statusLine = lines[0].split(separator: " ")
        guard statusLine.count >= 2, statusLine[0] == "HTTP/1.1", let status = Int(statusLine[1]) else {
            throw Failure.malformed(String(lines[0]))
        }
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstRange(of: ": ") else { throw Failure.malformed(String(line)) }
            fields[line[..<colon.lowerBound].lowercased()] = String(line[colon.upperBound...])
        }
        let rest = received[headEnd.upperBound...]
        let hasNoBody = omitsBody || status == 100
        let isChunked = fields["transfer-encoding"] == "chunked" && !hasNoBody
        let lengthedCount = hasNoBody ? 0 : Int(fields["content-length"] ?? "0") ?? 0
        guard
            let (body, end) = isChunked
                ? try Self.unchunked(rest)
                : rest.count >= lengthedCount ? (rest.prefix(lengthedCount), rest.startIndex + lengthedCount) : nil
        else { return nil }
        received = received[end...]
        return Answer(status: status, fields: fields, body: Array(body))
    }

    /// A chunked body and its end; `nil` if it is incomplete.
    private static func unchunked(_ bytes: ArraySlice<UInt8>) throws -> (body: ArraySlice<UInt8>, end: Int)? {
        var body: ArraySlice<UInt8> = []
        var rest = bytes
        while let lineEnd = rest.firstRange(of: [0x0D, 0x0A]) {
            let digits = String(decoding: rest[..<lineEnd.lowerBound], as: UTF8.self)
            guard let count = Int(digits, radix: 16) else { throw Failure.malformed("chunk of \(digits)") }
            let data = rest[lineEnd.upperBound...].prefix(count)
            let tail = rest[lineEnd.upperBound...].dropFirst(count)
            guard tail.count >= 2 else { return nil }
            guard tail.starts(with: [0x0D, 0x0A]) else { throw Failure.malformed("chunk of more than \(count)") }
            if count == 0 { return (body, tail.startIndex + 2) }
            body += data
            rest = tail.dropFirst(2)
        }
        return nil
    }
}

/// Has the client close with a reset instead of an end when it is released (SO_LINGER of 0, socket(7)).
func reset(_ client: TestClient) {
    var option = linger(l_onoff: 1, l_linger: 0)
    let length = socklen_t(MemoryLayout<linger>.size)
    precondition(setsockopt(client.socket.descriptor.rawValue, SOL_SOCKET, SO_LINGER, &option, length) == 0)
}
