import Foundation
import Posix
import Synchronization
import TestSupport

/// A process that listens in the place of a server's control socket, and answers what the test wants.
package final class ControlSocketDouble: Sendable {
    private let listener: Int32
    private let path: String
    private let received = Received()

    private final class Received: Sendable {
        let bytes = Mutex<[UInt8]>([])
    }

    /// All lines that clients have sent.
    package var receivedText: String { received.bytes.withLock { String(decoding: $0, as: UTF8.self) } }

    /// The bytes of an answer and their timing.
    package enum Answer: Sendable {
        /// These bytes, and the end.
        case bytes(String)
        /// These bytes, and nothing more until the client disconnects.
        case bytesAndSilence(String)
        /// These bytes again and again until the client disconnects.
        case endless(String)
        /// These lines, with a pause of `milliseconds` before each.
        case slow([String], milliseconds: UInt32)
    }

    /// Takes the place of what is at the path, and answers every client so, one at a time.
    package init(at path: String, _ answer: Answer) throws {
        unlink(path)
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let isListening = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0 && listen(listener, 8) == 0
            }
        }
        guard isListening else { throw TestFailure("\(path): errno \(errno)") }
        (self.listener, self.path) = (listener, path)
        Foundation.Thread.detachNewThread { [received] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                Self.serve(client, answer, received)
                close(client)
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        unlink(path)
    }

    private static func serve(_ client: Int32, _ answer: Answer, _ received: Received) {
        var byte: UInt8 = 0
        while recv(client, &byte, 1, 0) == 1 {
            let sent = byte
            received.bytes.withLock { $0.append(sent) }
            if byte == 0x0A { break }
        }
        switch answer {
        case .bytes(let text): _ = send(client, text)
        case .bytesAndSilence(let text):
            _ = send(client, text)
            _ = recv(client, &byte, 1, 0)
        case .endless(let text): while send(client, text) {}
        case .slow(let lines, let milliseconds):
            for line in lines {
                usleep(milliseconds * 1000)
                guard send(client, line) else { return }
            }
        }
    }

    private static func send(_ client: Int32, _ text: String) -> Bool {
        var bytes = Array(text.utf8)
        while !bytes.isEmpty {
            let count = Glibc.send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            guard count > 0 else { return false }
            bytes.removeFirst(count)
        }
        return true
    }
}
