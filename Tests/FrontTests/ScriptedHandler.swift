import Eventual
import HTTP
import Posix
import Synchronization
import TestSupport

/// The state that a test shares with its handlers.
final class Script: Sendable {
    enum Event: Equatable, Sendable {
        case request(String)
        case batchEnd, closed
    }

    /// A request whose response waits for the test, or for a thread that responds.
    struct Held: Sendable {
        let target: String
        let resumption: Resumption<String>

        /// Responds with a text that contains the target.
        func answer() { resumption.resume(returning: "later \(target)") }
    }

    /// The number of parts that were made for streamed bodies, and the number of bodies that were released.
    let partsMade = Atomic<Int>(0)
    let bodiesLeft = Atomic<Int>(0)

    let stream = StreamScript()
    /// Set if all peers are trusted proxies, whose requests name the client in `Client`.
    let peersAreProxies = Flag()
    /// The clock that requests for /cost move.
    let clock = TestClock()

    static let bigBody = [UInt8](repeating: UInt8(ascii: "x"), count: 32 * 1024 * 1024)

    let held = BlockingQueue<Held>(capacity: 100_000)

    /// Waits for the test, which takes the target from ``held``. Returns the text of its response.
    func hold(_ target: String) async -> String {
        await Resumption<String>.suspend { resumption in
            let isKept = held.put(Held(target: target, resumption: resumption))
            precondition(isKept, "the queue must have room for the request")
        }
    }

    private let events = Mutex<[Event]>([])
    private let gate = Mutex(false)

    func record(_ event: Event) {
        events.withLock { if event != .batchEnd || $0.last != .batchEnd { $0.append(event) } }
    }

    /// The requests in the order in which the handlers got them, and the ends of batches that were not empty.
    var log: [Event] { events.withLock { $0 } }

    var requestCount: Int { log.count { $0 != .batchEnd } }

    /// Lets the requests for /block continue.
    func unblock() { gate.withLock { $0 = true } }
    var isUnblocked: Bool { gate.withLock { $0 } }
}

/// Responds by the path:
///
/// * `/later/…` when the test takes it from the script,
/// * `/block` after blocking the whole loop,
/// * `/big` with 32 MiB,
/// * `/parts/N` with N parts, and `/broken/N` with N parts and a failure; `/late-parts/N` and `/late-broken/N` do the
///   same, and each part comes when the test takes it from the script,
/// * `/stream` with a stream of the script's text, and `/backlog/N` with one that first produces N times an `m`;
///   `/late-backlog/N` does the same, and each `m` comes when the test takes it from the script,
/// * `/cost/N` after moving the script's clock by N milliseconds,
/// * any other path with a text that repeats the request.
final class ScriptedHandler: RequestHandler {
    private let script: Script
    var streams: [ScriptedStream] = []

    init(_ script: Script) {
        self.script = script
    }

    let routes = [RouteName(method: .get, path: "/later"), RouteName(method: .get, path: "/route")]

    func begin(wake: @escaping @Sendable () -> Void) {
        script.stream.add(wake)
    }

    func wakeUp() {
        for stream in streams { stream.wake() }
    }

    func isProxy(_ peer: IPAddress) -> Bool { script.peersAreProxies.isSet }

    func client(of request: Request) -> IPAddress {
        request.headers[FieldName("Client")].flatMap { IPAddress($0) } ?? request.peer
    }

    func respond(to request: Request) -> Eventual<Response, Never> {
        let target = String(decoding: request.target, as: UTF8.self)
        let route = routes.firstIndex { target.hasPrefix($0.path) }
        script.record(.request(target))
        if target.hasPrefix("/later") {
            return .later { [script] in Self.text(await script.hold(target), from: route) }
        }
        var response = answer(to: request, target)
        response.route = route
        return .now(response)
    }

    private func answer(to request: Request, _ target: String) -> Response {
        if target == "/block" { try? eventually { script.isUnblocked } }
        if target.hasPrefix("/cost/") { script.clock.advance(byMilliseconds: Int64(target.dropFirst(6))!) }
        if target == "/big" {
            return Response(.ok, contentType: "application/octet-stream", .bytes(Script.bigBody))
        }
        let bodies = [
            ("/parts/", false, false), ("/broken/", true, false), ("/late-parts/", false, true),
            ("/late-broken/", true, true),
        ]
        for (prefix, breaks, isLate) in bodies where target.hasPrefix(prefix) {
            let count = Int(target.dropFirst(prefix.count))!
            let parts = ScriptedParts(count: count, breaks: breaks, isLate: isLate, script)
            return Response(.ok, contentType: "text/plain", .parts(parts))
        }
        if target == "/peer" { return Self.text("\(request.peer)") }
        if target == "/stream" { return stream() }
        for (prefix, isLate) in [("/backlog/", false), ("/late-backlog/", true)] where target.hasPrefix(prefix) {
            return stream(toMakeCount: Int(target.dropFirst(prefix.count))!, isLate: isLate)
        }
        if target == "/none" { return Response(.noContent) }
        if target == "/length" { return Self.text("\(request.body.count)") }
        return Self.text("\(request.method.name) \(target) " + String(decoding: request.body, as: UTF8.self))
    }

    func response(to error: RequestError) -> Response {
        Response(error.status, contentType: "text/plain", .bytes(Array(error.detail.utf8)))
    }

    private func stream(toMakeCount: Int = 0, isLate: Bool = false) -> Response {
        let stream = ScriptedStream(
            script.stream, self, toMakeCount: toMakeCount,
            wait: isLate ? { [script] in _ = await script.hold("m") } : nil)
        return Response(.ok, contentType: "text/plain", .stream(stream))
    }

    func endBatch() {
        script.stream.noteTurnEnd()
        script.record(.batchEnd)
    }

    func close() {
        script.record(.closed)
    }

    private static func text(_ text: String, from route: Int? = nil) -> Response {
        var response = Response(.ok, contentType: "text/plain", .bytes(Array(text.utf8)))
        response.route = route
        return response
    }
}

/// Numbered parts of about four kilobytes; every tenth is empty.
final class ScriptedParts: BodyParts {
    private let count: Int
    private let breaks: Bool
    private let isLate: Bool
    private let script: Script
    private var number = 0

    init(count: Int, breaks: Bool, isLate: Bool, _ script: Script) {
        (self.count, self.breaks, self.isLate, self.script) = (count, breaks, isLate, script)
    }

    deinit {
        script.bodiesLeft.add(1, ordering: .relaxed)
    }

    static func part(_ number: Int) -> [UInt8] {
        number % 10 == 9 ? [] : Array("\(number),".utf8) + [UInt8](repeating: UInt8(ascii: "."), count: 4_000)
    }

    func next() throws(BodyFailure) -> Eventual<[UInt8]?, BodyFailure> {
        guard isLate else { return .now(try make()) }
        return .later { () async throws(BodyFailure) in
            _ = await self.script.hold("part \(self.number)")
            return try self.make()
        }
    }

    private func make() throws(BodyFailure) -> [UInt8]? {
        guard number < count else {
            if breaks { throw BodyFailure() }
            return nil
        }
        defer { number += 1 }
        script.partsMade.add(1, ordering: .relaxed)
        return Self.part(number)
    }
}
