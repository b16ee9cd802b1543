import Posix
import Synchronization

/// A server that accepts one connection after the other, and answers each request with the next of its answers. After
/// the last one it sends nothing.
final class AnswerServer: Sendable {
    private let state: State
    private let thread: Thread

    private final class State: Sendable {
        let socket: ListeningSocket
        let lines = Mutex<[String]>([])

        init() throws { socket = try ListeningSocket(on: Endpoint(address: [127, 0, 0, 1], port: 0)) }
    }

    /// - Parameter closes: True if the server closes the connection after each answer.
    convenience init(_ answers: [String], closes: Bool = false) throws {
        try self.init(bytes: answers.map { Array($0.utf8) }, closes: closes)
    }

    /// - Parameter forever: Bytes that follow each answer again and again, until the client closes the connection;
    ///   empty for none.
    init(bytes answers: [[UInt8]], forever: [UInt8] = [], closes: Bool = false) throws {
        let state = try State()
        self.state = state
        thread = Thread(name: "answers") {
            var rest = answers[...]
            while (try? state.socket.waitUntilReadable(milliseconds: 60_000)) == true {
                guard let accepted = try? state.socket.accept() else { return }
                Self.serve(accepted.takeSocket(), state, &rest, forever, closes)
            }
        }
    }

    deinit {
        state.socket.refuseFurther()
        thread.join()
    }

    var url: String { "http://\(state.socket.endpoint)" }
    var requestLines: [String] { state.lines.withLock { $0 } }

    private static func serve(
        _ socket: consuming Socket, _ state: State, _ answers: inout ArraySlice<[UInt8]>, _ forever: [UInt8],
        _ closes: Bool
    ) {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while (try? socket.waitUntilReadable(milliseconds: 60_000)) == true {
            guard case .bytes(let count)? = try? socket.receive(into: &buffer) else { return }
            received += buffer[..<count]
            guard received.suffix(4) == Array("\r\n\r\n".utf8)[...] else { continue }
            let line = String(decoding: received.prefix { $0 != 0x0D }, as: UTF8.self)
            state.lines.withLock { $0.append(line) }
            received = []
            guard let answer = answers.popFirst() else { continue }
            send(answer, to: socket)
            if !forever.isEmpty { return sendForever(forever, to: socket) }
            if closes { return }
        }
    }

    private static func sendForever(_ bytes: [UInt8], to socket: borrowing Socket) {
        let block = Array(repeatElement(bytes, count: max(1, 65_536 / bytes.count)).joined())
        var sent = 0
        let end = SystemClock.monotonicMilliseconds() + 30_000
        while SystemClock.monotonicMilliseconds() < end {
            do {
                guard let count = try socket.send(block, from: sent) else {
                    yieldThread()
                    continue
                }
                sent = (sent + count) % block.count
            } catch {
                return
            }
        }
    }

    private static func send(_ bytes: [UInt8], to socket: borrowing Socket) {
        var sent = 0
        while sent < bytes.count {
            // The client may have closed the connection.
            guard let count = try? socket.send(bytes, from: sent) else { return }
            sent += count
        }
    }
}
