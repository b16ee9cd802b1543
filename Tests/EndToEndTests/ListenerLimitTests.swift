import EndToEndSupport
import Foundation
import Posix
import TestSupport
import Testing

/// The connections of one address to the listeners of the staff, of receipts and for monitoring.
@Suite(.serialized)
struct ListenerLimitTests {
    /// A connection with half a request is not closed for another one of its address.
    private static let halfRequest =
        "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 8\r\nExpect: 100-continue\r\n\r\n"

    @Test func oneAddressHasHalfOfTheConnections() throws {
        let server = try Server.serving(in: try Folder())
        let limits = [
            (try server.staffClient().endpoint, 512), (try server.accrualClient().endpoint, 512),
            (try server.adminEndpoint(), 128),
        ]
        for (endpoint, limit) in limits {
            try #require(Crowd.connectionsMax(wanted: limit) == limit)
            let crowd = try Crowd(endpoint, count: limit)
            crowd.send(Self.halfRequest)
            try crowd.receive(upTo: "100 Continue\r\n\r\n")
            #expect(try Client(endpoint: endpoint).answer().status == 503)
            #expect(try !beginOfAnswer(toAnotherAddress: endpoint).hasPrefix("HTTP/1.1 503"))
            withExtendedLifetime(crowd) {}
        }
    }

    /// Sends a request from 127.0.0.2, and returns the first bytes of the answer.
    private func beginOfAnswer(toAnotherAddress endpoint: Endpoint) throws -> String {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        let isConnected =
            withLoopback(0x7F00_0002, port: 0) { bind(descriptor, $0, $1) } == 0
            && withLoopback(0x7F00_0001, port: endpoint.port) { connect(descriptor, $0, $1) } == 0
        guard isConnected else { throw TestFailure("no connection: errno \(errno)") }
        let request = Array("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".utf8)
        var buffer = [UInt8](repeating: 0, count: 4096)
        guard Foundation.send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            throw TestFailure("nothing was sent: errno \(errno)")
        }
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { throw TestFailure("no answer: errno \(errno)") }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }

    private func withLoopback(
        _ host: UInt32, port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = host.bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
