import Front
import Loyalty
import Posix
import Storage
import Synchronization
import Systemd

/// A part of the server that can be asked whether it still works, and answers from where it works.
struct ServerPart: Sendable {
    let name: String
    let ask: @Sendable (_ answer: @escaping @Sendable () -> Void) -> Void
}

extension Front {
    /// Each event loop, which answers in one of its turns.
    func parts(of use: String) -> [ServerPart] {
        (0..<loopCount).map { index in
            ServerPart(name: "loop \(index) of \(use)") { answer in self.run(onLoop: index, answer) }
        }
    }
}

extension Storage {
    /// The writer, which answers once it has written what waits.
    var part: ServerPart {
        ServerPart(name: "writer") { answer in self.whenReached(answer) }
    }
}

/// Asks all parts of the server, and asks again once all have answered: a part has one question at a time, however long it
/// takes.
final class LivenessCheck: Sendable {
    private let parts: [ServerPart]
    private let silent = Mutex<Set<Int>>([])

    init(_ parts: [ServerPart]) {
        self.parts = parts
    }

    /// Names the parts that have not answered the last question; where there are none, asks the next.
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

/// Tells the service manager that the server lives, for as long as each part of it answers: a timer alone would go on
/// where nobody is served any more.
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

    /// Called once.
    func stop() {
        end.close()
        thread.join()
    }
}
