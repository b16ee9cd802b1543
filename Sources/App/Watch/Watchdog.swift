import Front
import Loyalty
import Posix
import Storage
import Synchronization
import Systemd

/// A part of the server that can be asked whether it still works. It answers from the thread on which it works.
struct ServerPart: Sendable {
    let name: String
    let ask: @Sendable (_ answer: @escaping @Sendable () -> Void) -> Void
}

extension Front {
    /// The event loops. Each answers in one of its turns.
    func parts(of use: String) -> [ServerPart] {
        (0..<loopCount).map { index in
            ServerPart(name: "loop \(index) of \(use)") { answer in self.run(onLoop: index, answer) }
        }
    }
}

extension Storage {
    /// The writer. It answers after it has written everything that waits.
    var part: ServerPart {
        ServerPart(name: "writer") { answer in self.whenReached(answer) }
    }
}

/// Asks all parts of the server, and asks again after all have answered, so that a slow part has only one question at a
/// time.
final class LivenessCheck: Sendable {
    private let parts: [ServerPart]
    private let silent = Mutex<Set<Int>>([])

    init(_ parts: [ServerPart]) {
        self.parts = parts
    }

    /// Returns the names of the parts that have not answered the last question. If all have answered, asks the next
    /// question.
    func takeTurn() -> [String] {
        let names = silent.withLock { silent in
            let names = silent.sorted().map { parts[$0].name }
            if names.isEmpty { silent = Set(parts.indices) }
            return names
        }
        guard names.isEmpty else { return names }
        for (index, part) in parts.enumerated() {
            part.ask { [self] in _ = silent.withLock { $0.remove(index) } }
        }
        return []
    }
}

/// Tells the service manager that the server is alive while every part answers. A timer alone would continue even if no
/// request were served any more.
final class Watchdog: Sendable {
    private let end = BlockingQueue<Void>(capacity: 1)
    private let thread: Thread

    init(intervalMilliseconds: Int, parts: [ServerPart], manager: ServiceManager, log: Log) {
        let check = LivenessCheck(parts)
        thread = Thread(name: "watchdog") { [end] in
            var told: [String] = []
            repeat {
                let silent = check.takeTurn()
                if silent.isEmpty { manager.tell(.alive) }
                if silent != told, !silent.isEmpty {
                    log.error("no answer within \(intervalMilliseconds) ms from \(silent.joined(separator: ", "))")
                }
                told = silent
            } while end.takeSeveral(limit: 1, withinMilliseconds: intervalMilliseconds) != nil
        }
    }

    /// Ends the thread. It must be called only once.
    func stop() {
        end.close()
        thread.join()
    }
}
