import Front
import HTTP
import Posix
import Synchronization
import TestSupport
import Testing

/// The counters of the loops, and the records of requests.
@Suite struct CounterTests {
    private static let route = RouteName(method: .get, path: "/route")
    private static let later = RouteName(method: .get, path: "/later")

    private func answers(
        _ front: TestFront, _ route: RouteName?, _ method: HTTP.Method?, _ status: Status
    ) -> Int {
        front.snapshot.responses.filter {
            $0.key.route == route && $0.key.method == method && $0.key.status == status
        }.reduce(0) { $0 + $1.value }
    }

    @Test func everyResponseIsCountedOnce() throws {
        let front = try TestFront { $0.eventLoops = 2 }
        let clients = try (0..<8).map { _ in try front.client() }
        for round in 0..<10 {
            for client in clients {
                try client.get(round == 0 ? "/none" : "/route/\(round)?query")
                _ = try client.answer()
            }
        }
        let client = clients[0]
        try client.send("HEAD /route HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = try client.answer(omitsBody: true)
        try client.get("/later/1")
        front.script.held.take()?.answer()
        _ = try client.answer()
        try client.send("GARBAGE\r\n\r\n")
        _ = try client.answer()
        #expect(answers(front, Self.route, .get, .ok) == 72)
        #expect(answers(front, Self.route, .head, .ok) == 1)
        #expect(answers(front, nil, .get, .noContent) == 8)
        #expect(answers(front, Self.later, .get, .ok) == 1)
        #expect(answers(front, nil, nil, .badRequest) == 1)
        let snapshot = front.snapshot
        #expect(snapshot.responses.values.reduce(0, +) == 83)
        #expect(snapshot.durations[Self.route]?.count == 73)
        #expect(snapshot.durations[Self.later]?.count == 1)
        #expect(snapshot.durations[nil]?.count == 9)
        #expect(snapshot.turns.count > 0)
    }

    @Test func connectionsAndBytesAreCounted() throws {
        let front = try TestFront { $0.connectionsMax = 2 }
        var clients = try (0..<2).map { _ in try front.client() }
        for client in clients {
            try client.get("/none")
            _ = try client.answer()
        }
        // The first connection is idle, and is closed to make room.
        let third = try front.client()
        try third.get("/none")
        _ = try third.answer()
        #expect(try clients.removeFirst().rest() == "")
        clients.append(third)
        for (number, client) in clients.enumerated() { try client.get("/later/\(number)") }
        let held = clients.compactMap { _ in front.script.held.take() }
        let refused = try front.client()
        #expect(try refused.answer().status == 503)
        let snapshot = front.snapshot
        for request in held { request.answer() }
        for client in clients { _ = try client.answer() }
        #expect(snapshot.connectionsOpen == 2)
        #expect(snapshot.connectionsAccepted == 3)
        #expect(snapshot.connectionsClosedForOthers == 1)
        #expect(snapshot.connectionsRefused == 1)
        let laterBytes = 2 * "GET /later/0 HTTP/1.1\r\nHost: test\r\n\r\n".utf8.count
        #expect(snapshot.receivedBytes == laterBytes + 3 * "GET /none HTTP/1.1\r\nHost: test\r\n\r\n".utf8.count)
        #expect(snapshot.sentBytes > 100)
        clients.removeFirst()
        try eventually { front.snapshot.connectionsOpen == 1 }
    }

    @Test func aBlockedLoopIsNoticed() throws {
        let front = try TestFront()
        let client = try front.client()
        try client.get("/block")
        try eventually { front.longestTurnNanoseconds > 20_000_000 }
        front.script.unblock()
        _ = try client.answer()
        try eventually { front.longestTurnNanoseconds == 0 }
    }

    private final class Recorder: RequestLog {
        let records = Mutex<[RequestRecord]>([])
        let isOn = Atomic<Bool>(true)

        var isEnabled: Bool { isOn.load(ordering: .relaxed) }
        func write(_ record: RequestRecord) { records.withLock { $0.append(record) } }
    }

    @Test func everyResponseHasARecordIfTheLogIsEnabled() throws {
        let recorder = Recorder()
        let front = try TestFront { $0.requestLog = recorder }
        let client = try front.client()
        try client.get("/route/x?token=hidden", fields: "Cookie: session=hidden\r\n")
        let length = try client.answer().body.count
        try client.get("/later/1?hidden")
        front.script.held.take()?.answer()
        _ = try client.answer()
        try client.get("/parts/3")
        _ = try client.answer()
        recorder.isOn.store(false, ordering: .relaxed)
        try client.get("/unseen")
        _ = try client.answer()
        recorder.isOn.store(true, ordering: .relaxed)
        try client.send("GET /hidden HTTP/9.9\r\n\r\n")
        _ = try client.answer()
        let other = try front.client()
        try other.send("HEAD /hidden HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n")
        _ = try other.answer(omitsBody: true)
        let records = recorder.records.withLock { $0 }
        #expect(
            records.map { $0.path.map { String(decoding: $0, as: UTF8.self) } } == [
                "/route/x", "/later/1", "/parts/3", nil, nil,
            ])
        #expect(records.map(\.status) == [.ok, .ok, .ok, .httpVersionNotSupported, .expectationFailed])
        #expect(records.map(\.method) == [.get, .get, .get, nil, nil])
        #expect(records[0].bytes == length)
        #expect(records[2].bytes == nil)
        #expect(records[4].bytes == 0)
        #expect(records.allSatisfy { $0.nanoseconds >= 0 && $0.client == IPAddress(ipv4: 0x7F00_0001) })
    }
}
