import Foundation
import Posix
import Synchronization

/// An accrual system for a test: one thread per connection. For each order it gives the answers that the test set, and
/// repeats the last of them.
package final class AccrualServer: Sendable {
    package struct Answer: Sendable {
        let status: String
        var fields: [String] = []
        var body = ""
        var delivery = Delivery.atOnce

        /// How the answer is sent to the client.
        package enum Delivery: Sendable {
            case atOnce
            /// One byte a second, until the client closes the connection.
            case dripping
            /// No bytes at all, until the client closes the connection.
            case never
            /// The connection ends instead.
            case hangUp
            /// `start` and then `rest` again and again, until the client closes the connection.
            case endless(start: String, rest: String)
        }

        package init(
            status: String, fields: [String] = [], body: String = "", delivery: Delivery = .atOnce
        ) {
            self.status = status
            self.fields = fields
            self.body = body
            self.delivery = delivery
        }

        package static let unknown = Answer(status: "204 No Content")
        package static let failure = Answer(status: "500 Internal Server Error")

        package static func throttled(seconds: Int) -> Answer {
            Answer(
                status: "429 Too Many Requests", fields: ["Retry-After: \(seconds)"],
                body: "No more than 6000 requests per minute allowed")
        }

        package static func known(_ order: String, _ status: String, accrual: String? = nil) -> Answer {
            let points = accrual.map { #","accrual":\#($0)"# } ?? ""
            return Answer(
                status: "200 OK", fields: ["Content-Type: application/json"],
                body: #"{"order":"\#(order)","status":"\#(status)"\#(points)}"#)
        }
    }

    private let script: Script
    private let listener: ListenerBox

    private final class ListenerBox: Sendable {
        let socket: ListeningSocket

        init(port: UInt16) throws { socket = try ListeningSocket(on: Endpoint(address: [127, 0, 0, 1], port: port)) }
    }

    /// - Parameters:
    ///   - port: 0 for a free port.
    ///   - otherwise: answers for orders without answers of their own.
    package init(
        port: UInt16 = 0, otherwise: @escaping @Sendable (_ order: String) -> Answer = { _ in .unknown }
    ) throws {
        script = Script(otherwise: otherwise)
        listener = try ListenerBox(port: port)
        Foundation.Thread.detachNewThread { [listener, script] in
            while let socket = Self.accept(from: listener) {
                Foundation.Thread.detachNewThread { Self.serve(socket, script) }
            }
        }
    }

    deinit {
        listener.socket.refuseFurther()
    }

    package var address: String { "http://\(listener.socket.endpoint)" }
    package var port: UInt16 { listener.socket.endpoint.port }

    package func answer(_ order: String, with answers: [Answer]) {
        script.set(order, answers)
    }

    /// When it was asked about the order.
    package func asked(_ order: String) -> [Date] {
        script.asked(order)
    }

    private final class Script: Sendable {
        private struct State {
            var answers: [String: [Answer]] = [:]
            var asked: [String: [Date]] = [:]
        }

        private let otherwise: @Sendable (_ order: String) -> Answer
        private let state = Mutex(State())
        init(otherwise: @escaping @Sendable (_ order: String) -> Answer) { self.otherwise = otherwise }

        func set(_ order: String, _ answers: [Answer]) {
            precondition(!answers.isEmpty, "the last answer is for ever")
            state.withLock { $0.answers[order] = answers }
        }

        func asked(_ order: String) -> [Date] {
            state.withLock { $0.asked[order] ?? [] }
        }

        func next(for path: String) -> Answer {
            let order = String(path.split(separator: "/").last ?? "")
            return state.withLock { state in
                state.asked[order, default: []].append(Date())
                guard var answers = state.answers[order] else { return otherwise(order) }
                let answer = answers[0]
                if answers.count > 1 { answers.removeFirst() }
                state.answers[order] = answers
                return answer
            }
        }
    }

    private final class SocketBox: Sendable {
        let socket: Socket

        init(_ socket: consuming Socket) { self.socket = socket }
    }

    private static func accept(from listener: ListenerBox) -> SocketBox? {
        while true {
            do {
                guard try listener.socket.waitUntilReadable(milliseconds: 60_000) else { return nil }
                if let accepted = try listener.socket.accept() { return SocketBox(accepted.takeSocket()) }
            } catch {
                return nil
            }
        }
    }

    private static func serve(_ box: SocketBox, _ script: Script) {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while (try? box.socket.waitUntilReadable(milliseconds: 60_000)) == true {
            guard case .bytes(let count)? = try? box.socket.receive(into: &buffer) else { return }
            received += buffer[..<count]
            while let end = received.firstRange(of: Array("\r\n\r\n".utf8)) {
                let line = String(decoding: received.prefix { $0 != 0x0D }, as: UTF8.self)
                received.removeFirst(end.upperBound)
                let answer = script.next(for: String(line.split(separator: " ")[1]))
                var text = "HTTP/1.1 \(answer.status)\r\n" + answer.fields.map { "\($0)\r\n" }.joined()
                text += answer.status.hasPrefix("204") ? "\r\n" : "Content-Length: \(answer.body.utf8.count)\r\n\r\n"
                guard deliver(Array((text + answer.body).utf8), answer.delivery, to: box) else { return }
            }
        }
    }

    /// Returns true if the connection may be used further.
    private static func deliver(_ bytes: [UInt8], _ delivery: Answer.Delivery, to box: SocketBox) -> Bool {
        switch delivery {
        case .atOnce:
            var sent = 0
            do {
                while sent < bytes.count {
                    // The socket is full for now. A client that does not read closes the connection when its time-out
                    // ends.
                    guard let count = try box.socket.send(bytes, from: sent) else {
                        Foundation.Thread.sleep(forTimeInterval: 0.001)
                        continue
                    }
                    sent += count
                }
                return true
            } catch {
                return false
            }
        case .dripping:
            for byte in bytes {
                guard (try? box.socket.send([byte], from: 0)) != nil else { return false }
                // It becomes readable when the other side hangs up.
                guard (try? box.socket.waitUntilReadable(milliseconds: 1000)) == false else { return false }
            }
            return true
        case .never:
            _ = try? box.socket.waitUntilReadable(milliseconds: 60_000)
            return false
        case .hangUp: return false
        case .endless(let start, let rest):
            guard deliver(Array(start.utf8), .atOnce, to: box) else { return false }
            let block = Array(repeatElement(Array(rest.utf8), count: max(1, 65_536 / rest.utf8.count)).joined())
            while deliver(block, .atOnce, to: box) {}
            return false
        }
    }
}
