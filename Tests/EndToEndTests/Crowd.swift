import EndToEndSupport
import Foundation
import Posix
import TestSupport

/// Many connections that are told the same.
final class Crowd {
    private let members: [Member]

    private final class Member {
        let socket: Socket
        var descriptor: CInt { socket.descriptor.rawValue }

        init(_ endpoint: Endpoint) throws { socket = try Socket(connectingTo: endpoint) }
    }

    /// As many as this process may have open, and so the server with the same limit.
    static func connectionsMax(wanted: Int) -> Int {
        min(wanted, ProcessSetup.raiseOpenFilesLimit(to: wanted + 1_000) - 1_000)
    }

    init(_ endpoint: Endpoint, count: Int) throws {
        members = try (0..<count).map { _ in try Member(endpoint) }
    }

    /// Sends what the kernel takes without waiting, to those that are still there.
    func send(_ text: String) {
        let bytes = Array(text.utf8)
        for member in members {
            _ = Foundation.send(
                member.descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
        }
    }

    /// Sends a request on each and waits for the first bytes of its answer.
    func exchange(_ request: String) throws {
        let bytes = Array(request.utf8)
        var buffer = [UInt8](repeating: 0, count: 4096)
        for member in members {
            guard Foundation.send(member.descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count,
                recv(member.descriptor, &buffer, buffer.count, 0) > 0
            else { throw TestFailure("no answer: errno \(errno)") }
        }
    }

    /// Reads on each up to a text, which has to come.
    func receive(upTo text: String) throws {
        let mark = Array(text.utf8)
        var buffer = [UInt8](repeating: 0, count: 4096)
        for member in members {
            var received: [UInt8] = []
            while received.firstRange(of: mark) == nil {
                let count = recv(member.descriptor, &buffer, buffer.count, 0)
                guard count > 0 else { throw TestFailure("no \(text): errno \(errno)") }
                received += buffer[..<count]
            }
        }
    }
}
