import Synchronization
import Testing

@testable import App
@testable import Systemd

@Suite struct WatchdogTests {
    /// Answers when it is told to.
    private final class Part: Sendable {
        private let questions = Mutex<[@Sendable () -> Void]>([])
        let name: String

        init(_ name: String) { self.name = name }

        var part: ServerPart { ServerPart(name: name) { answer in self.questions.withLock { $0.append(answer) } } }
        var questionCount: Int { questions.withLock(\.count) }

        func answerAll() {
            let answers = questions.withLock { questions in
                let taken = questions
                questions = []
                return taken
            }
            for answer in answers { answer() }
        }
    }

    @Test func aSilentPartIsNamedAndAskedOnce() {
        let (loop, writer) = (Part("loop"), Part("writer"))
        let check = LivenessCheck([loop.part, writer.part])
        #expect(check.takeTurn() == [])
        #expect(check.takeTurn() == ["loop", "writer"])
        loop.answerAll()
        for _ in 0..<3 { #expect(check.takeTurn() == ["writer"]) }
        #expect(loop.questionCount == 0 && writer.questionCount == 1)
        writer.answerAll()
        #expect(check.takeTurn() == [])
        #expect(loop.questionCount == 1 && writer.questionCount == 1)
    }

    @Test(
        arguments: [
            ([:], nil), (["WATCHDOG_USEC": "60000000"], 30_000), (["WATCHDOG_USEC": "1"], 1),
            (["WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "7"], 30_000),
            (["WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "8"], nil), (["WATCHDOG_USEC": "0"], nil),
            (["WATCHDOG_USEC": "-2"], nil), (["WATCHDOG_USEC": "often"], nil),
        ] as [([String: String], Int?)])
    func half(environment: [String: String], milliseconds: Int?) {
        #expect(ServiceManager.watchdogMilliseconds(environment, processID: 7) == milliseconds)
    }
}
