import HTTP
import Posix
import TestSupport
import Testing

@testable import Front

/// An event loop without a thread of its own: the test calls it, on the thread that has made it, and sees its parts.
/// Its clock is the script's.
final class TestLoop {
    let script = Script()
    let loop: EventLoop
    let listener: Listener

    init(host: String = "127.0.0.1", _ configure: (inout FrontConfiguration) -> Void = { _ in }) throws {
        var configuration = FrontConfiguration()
        let clock = script.clock
        configuration.monotonicNanoseconds = { clock.nanoseconds }
        configure(&configuration)
        listener = try Listener.listen(on: try Endpoint.resolve(host: host, port: 0))[0]
        loop = try EventLoop(
            configuration: configuration, listeners: [],
            admission: Admission(connectionsMax: 100, connectionsPerAddressMax: 100), balance: LoopBalance(),
            handler: ScriptedHandler(script))
    }

    /// Connects a client, whose connection the loop begins.
    func connect() throws -> (connection: Connection, client: TestClient) {
        let client = try TestClient(listener.endpoint)
        var arrival: Arrival?
        try eventually {
            guard let accepted = try listener.socket.accept() else { return false }
            let peer = accepted.peer
            arrival = Arrival(accepted.takeSocket(), from: peer)
            return true
        }
        let known = Set(loop.connections.all.map(\.token))
        _ = loop.balance.place(acceptedBy: loop.number)
        loop.begin([try #require(arrival)])
        let begun = loop.connections.all.first { !known.contains($0.token) }
        return (try #require(begun), client)
    }

    /// Has the client send a text, and the connection receive it. The next turn looks at it.
    func receive(_ text: String, on connection: Connection, from client: TestClient) throws {
        let expectedBytes = connection.input.count + text.utf8.count
        try client.send(text)
        try eventually {
            connection.state.input.wasReported(isEnd: false)
            connection.receive(into: &loop.receiveBuffer)
            return connection.input.count >= expectedBytes
        }
    }

    deinit {
        // The loop and its connections refer to each other, and each job has to run.
        for connection in loop.connections.all { connection.end() }
        repeat { loop.advanceRunnable() } while !loop.jobs.isEmpty
    }
}
