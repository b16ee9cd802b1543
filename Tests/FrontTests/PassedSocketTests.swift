import Front
import Glibc
import Testing

@testable import Posix

/// Sockets that were open when the process began.
@Suite struct PassedSocketTests {
    @Test(
        arguments: [
            ([:], []), (["LISTEN_FDS": "1"], []), (["LISTEN_FDS": "1", "LISTEN_PID": "8"], []),
            (["LISTEN_FDS": "0", "LISTEN_PID": "7"], []), (["LISTEN_FDS": "1", "LISTEN_PID": "7"], ["3 unknown"]),
            (["LISTEN_FDS": "2", "LISTEN_PID": "7", "LISTEN_FDNAMES": "http:admin"], ["3 http", "4 admin"]),
            (["LISTEN_FDS": "3", "LISTEN_PID": "7", "LISTEN_FDNAMES": ":a"], ["3 unknown", "4 a", "5 unknown"]),
            (["LISTEN_FDS": "64", "LISTEN_PID": "7"], (3..<67).map { "\($0) unknown" }),
            (["LISTEN_FDS": "65", "LISTEN_PID": "7"], nil), (["LISTEN_FDS": "-1", "LISTEN_PID": "7"], nil),
            (["LISTEN_FDS": "one", "LISTEN_PID": "7"], nil), (["LISTEN_FDS": "", "LISTEN_PID": "7"], nil),
        ] as [([String: String], [String]?)])
    func areThoseOfTheEnvironment(environment: [String: String], expected: [String]?) {
        let sockets = PassedSocket.all(environment: environment, processID: 7)
        #expect(sockets?.map { "\($0.descriptor) \($0.name)" } == expected)
    }

    /// A descriptor that accepts no connections is refused, and stays open for the process that has passed it.
    @Test func onlyAListeningStreamSocketIsTaken() throws {
        let stream = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        let datagram = socket(AF_INET, CInt(SOCK_DGRAM.rawValue), 0)
        let local = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let isListening = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(local, $0, socklen_t(MemoryLayout<sa_family_t>.size)) == 0 && listen(local, 1) == 0
            }
        }
        #expect(isListening)
        let file = open("/dev/null", O_RDONLY)
        for raw in [stream, datagram, local, file, 999_999] {
            #expect(throws: SystemError.self) { try Listener(passed: PassedSocket(descriptor: raw, name: "http")) }
        }
        for raw in [stream, datagram, local, file] { #expect(close(raw) == 0) }
    }

    /// A passed socket neither blocks nor is inherited by children, and stays open after the front has stopped.
    @Test func aStopLeavesItListening() throws {
        let raw = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        #expect(listen(raw, 8) == 0)
        let kept = dup(raw)
        defer { close(kept) }
        let listener = try Listener(passed: PassedSocket(descriptor: raw, name: "http"))
        #expect(fcntl(raw, F_GETFD) & FD_CLOEXEC != 0)
        #expect(fcntl(raw, F_GETFL) & O_NONBLOCK != 0)
        let script = Script()
        let front = try Front(
            configuration: FrontConfiguration(), listeners: [listener], makeHandler: { _ in ScriptedHandler(script) },
            onFailure: { Issue.record("the loop failed: \($0)") })
        let endpoint = Endpoint(address: [127, 0, 0, 1], port: listener.endpoint.port)
        let served = try TestClient(endpoint)
        try served.get("/served")
        #expect(try served.answer().status == 200)
        front.stop(withinMilliseconds: 5000)
        let waiting = try TestClient(endpoint)
        try waiting.get("/waits")
        var request = pollfd(fd: kept, events: Int16(POLLIN), revents: 0)
        #expect(poll(&request, 1, 20_000) == 1)
        #expect(!script.log.contains(.request("/waits")))
    }

    /// The first request of a connection that was accepted before the stop is answered.
    @Test func aFirstRequestThatIsOnItsWayIsAnswered() throws {
        let front = try TestFront { $0.timeouts.requestWhileStoppingMilliseconds = 20_000 }
        let fresh = try front.client()
        let marker = try front.client()
        try marker.get("/marker")
        #expect(try marker.answer().status == 200)
        let stopping = Thread(name: "stop") { front.stop(withinMilliseconds: 20_000) }
        #expect(try marker.rest() == "", "the loop has begun to stop")
        try fresh.get("/first")
        let answer = try fresh.answer()
        #expect(answer.status == 200 && answer.fields["connection"] == "close")
        stopping.join()
    }
}
