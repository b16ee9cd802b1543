import API
import Changes
import Eventual
import HTTP
import Loyalty
import Testing

/// A client that follows a user's events, and takes bytes when the test has it do so.
final class Listener: BodyStreamReader {
    struct Event: Equatable, CustomStringConvertible {
        let id: Int64
        let name: String
        let data: String

        var description: String { "\(id) \(name) \(data)" }
    }

    private let stream: any BodyStream
    private(set) var text = ""
    private(set) var hasEnded = false
    /// True if it was told of more since it last took everything.
    private(set) var wasTold = false

    init(_ stream: any BodyStream) {
        self.stream = stream
        stream.open(for: self)
    }

    func streamHasMore() { wasTold = true }

    var nextTakesTurn: Bool { stream.nextTakesTurn }

    /// Takes one part, as the front does when its client has taken those before. Returns the number of bytes. A failure
    /// ends the stream.
    @discardableResult
    func takeOnce() async -> Int {
        guard let bytes = try? await stream.next().get() else {
            hasEnded = true
            return 0
        }
        text += String(decoding: bytes, as: UTF8.self)
        return bytes.count
    }

    func take() async {
        wasTold = false
        while await takeOnce() > 0 {}
    }

    func beat() async {
        stream.beat()
        await take()
    }

    func leave() { stream.close() }

    /// The events so far, without comments. A block that is neither has no name.
    var events: [Event] {
        text.split(separator: "\n\n").filter { !$0.hasPrefix(":") }.map { block in
            let lines = block.split(separator: "\n").map { $0.split(separator: ": ", maxSplits: 1).map(String.init) }
            guard lines.map(\.first) == ["id", "event", "data"] else {
                return Event(id: 0, name: "", data: String(block))
            }
            return Event(id: Int64(lines[0][1]) ?? 0, name: lines[1][1], data: lines[2][1])
        }
    }
}

extension TestAPI {
    func listen(as token: String, after lastEventID: some CustomStringConvertible) -> Listener? {
        listen(as: token, ["Last-Event-ID: \(lastEventID)"])
    }

    /// Returns `nil` if the response is not a stream, or not there at once.
    func listen(as token: String, _ fields: [String] = []) -> Listener? {
        guard case .now(let response)? = follow(as: token, fields), case .stream(let stream) = response.body else {
            return nil
        }
        return Listener(stream)
    }

    /// As ``listen(as:_:)``, and waits for the response.
    func listenLate(as token: String) async -> Listener? {
        guard let response = await follow(as: token, [])?.get(), case .stream(let stream) = response.body else {
            return nil
        }
        return Listener(stream)
    }

    private func follow(as token: String, _ fields: [String]) -> Eventual<Response, Never>? {
        let scenario = Scenario("GET /api/user/events", as: token, fields, gives: 200)
        var parser = RequestParser(limits: Limits())
        var input = InputBuffer()
        input.append(scenario.request[...])
        guard case .request(let request)? = try? parser.parse(&input) else { return nil }
        return api.respond(to: request)
    }

    /// Publishes a commit, and runs the turn of the loop that it wakes.
    func publish(_ kinds: Change.Kind..., of user: String, sessionEnds: [String] = []) {
        changeLog.publish(
            kinds.map { Change($0, of: users[user]!) }, sessionEnds: sessionEnds.map { users[$0]! })
        api.wakeUp()
    }
}

extension Change.Kind {
    static func balance(_ hundredths: Int64) -> Change.Kind {
        .balance(Balance(current: Points(hundredths: hundredths), withdrawn: .zero))
    }
}
