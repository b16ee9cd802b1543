import HTTP
import Posix
import Testing

@testable import Front

@Suite struct OutboxTests {
    /// If a client reads steadily but never everything, the outbox keeps the unsent bytes only.
    @Test func sentBytesAreDropped() throws {
        let listener = try ListeningSocket(on: Endpoint(address: [127, 0, 0, 1], port: 0))
        let client = try Socket(connectingTo: listener.endpoint)
        try client.limitWaiting(seconds: 20)
        #expect(try listener.waitUntilReadable(milliseconds: 20_000))
        guard let accepted = try listener.accept() else { throw TestClient.Failure.silence }
        let socket = accepted.takeSocket()
        var outbox = Outbox()
        // More bytes than the kernel's buffers hold, so that there are always unsent ones.
        let wantedCount = 16 * 1024 * 1024
        let part = [UInt8](repeating: 0x78, count: 1_000_000)
        var buffer = [UInt8](repeating: 0, count: 1_000_000)
        var received = 0
        while received < 20 * wantedCount {
            while outbox.count < wantedCount { outbox.append(part) }
            while try outbox.send(to: socket) {}
            #expect(outbox.count > 0)
            guard case .bytes(let count) = try client.receive(into: &buffer) else { break }
            received += count
        }
        #expect(received >= 20 * wantedCount)
        #expect(outbox.heldBytes <= 5 * wantedCount, "\(outbox.heldBytes)")
    }
}
