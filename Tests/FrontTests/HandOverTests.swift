import Front
import Glibc
import Posix
import TestSupport
import Testing

/// Connections that one loop has accepted for another one, which stops before it has taken them.
///
/// Each request is answered completely, or its connection is closed without a byte of an answer, and none waits.
@Suite struct HandOverTests {
    /// One of two loops is blocked and has a connection. The other one accepts nine more, and gives one away whenever
    /// it has two more than the blocked one.
    private struct Scene {
        let front: TestFront
        let blocker: TestClient
        /// Connections that the other loop keeps, each after an answer.
        let kept: [TestClient]
        /// Connections in the inbox of the blocked loop: with a request, with a part of one, and with nothing.
        let handed: [TestClient]

        init() throws {
            let front = try TestFront { $0.eventLoops = 2 }
            blocker = try front.client()
            try blocker.get("/block")
            try eventually { front.script.log.contains(.request("/block")) }
            let clients = try (0..<9).map { _ in try front.client() }
            handed = [clients[3], clients[5], clients[7]]
            kept = [0, 1, 2, 4, 6, 8].map { clients[$0] }
            // The answer to the last one shows that all were accepted.
            for client in kept {
                try client.get("/kept")
                #expect(try client.answer().status == 200)
            }
            try handed[0].get("/before")
            try handed[1].send("GET /half HTTP/1.1\r\n")
            self.front = front
        }
    }

    @Test func theFirstRequestOfEachIsAnswered() throws {
        let scene = try Scene()
        let (front, handed) = (scene.front, scene.handed)
        front.beginStop(withinMilliseconds: 20_000)
        for client in scene.kept { #expect(try client.rest() == "") }
        #expect(!front.script.log.contains(.request("/before")), "the blocked loop has not taken it")
        front.script.unblock()
        try handed[1].send("Host: a\r\n\r\n")
        #expect(try scene.blocker.answer().text == "GET /block ")
        for (client, path) in [(handed[0], "/before"), (handed[1], "/half")] {
            let answer = try client.answer()
            #expect(answer.text == "GET \(path) ")
            #expect(answer.fields["connection"] == "close")
            #expect(try client.rest() == "")
        }
        #expect(try handed[2].rest() == "", "a connection without a request is closed")
        front.waitForStop()
    }
}

/// Clients that come in groups, while a front of several loops stops.
@Suite struct RandomStopTests {
    @Test(arguments: 1...UInt64(20 * Scale.factor))
    func eachRequestIsAnsweredOrItsConnectionIsClosed(seed: UInt64) throws {
        let front = try TestFront { $0.eventLoops = 3 }
        var generator = SeededRandom(seed: seed)
        let clientsMax = 40
        let stopsAt = Int.random(in: 0..<clientsMax, using: &generator)
        var stopping: Thread?
        var clients: [(path: String, client: TestClient)] = []
        var triedCount = 0
        while triedCount < clientsMax {
            var group: [(path: String, client: TestClient)] = []
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                if triedCount == stopsAt { stopping = Thread(name: "stop") { front.stop(withinMilliseconds: 20_000) } }
                if let client = try? front.client() { group.append(("/\(triedCount)", client)) }
                triedCount += 1
            }
            for (path, client) in group.shuffled(using: &generator) { try? client.get(path) }
            clients += group
        }
        for (path, client) in clients {
            let isAnswered = try client.isAnswered(path)
            #expect(isAnswered == front.script.log.contains(.request(path)), "seed \(seed), \(path)")
        }
        stopping?.join()
    }
}

extension TestClient {
    /// Returns true if the request for a path was answered, and false if the connection was closed without a byte.
    fileprivate func isAnswered(_ path: String) throws -> Bool {
        do {
            let answer = try answer()
            #expect(answer.status == 200 && answer.text == "GET \(path) ")
            return true
        } catch Failure.closed(let part) {
            #expect(part == "", "a part of an answer")
        } catch let error as SystemError where error.code == ECONNRESET {
            #expect(unread == "", "a part of an answer")
        }
        return false
    }
}
