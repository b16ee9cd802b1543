import HTTP
import Posix

/// The HTTP front: event loops on threads of their own that share the listeners.
package final class Front: Sendable {
    private let loops: [EventLoop]
    private let threads: [Thread]
    private let listeners: [Listener]
    private let admission: Admission

    /// Starts the loops; each makes its handler on its own thread. Returns when all of them serve, or throws what the first
    /// of them threw, the others stopped.
    package init(
        configuration: FrontConfiguration, listeners: [Listener],
        makeHandler: @escaping @Sendable (_ loop: Int) throws -> any RequestHandler,
        onFailure: @escaping @Sendable (SystemError) -> Void
    ) throws {
        precondition(configuration.eventLoops > 0, "somebody has to serve")
        self.listeners = listeners
        let admission = Admission(
            connectionsMax: configuration.connectionsMax,
            connectionsPerAddressMax: configuration.connectionsPerAddressMax)
        self.admission = admission
        let started = BlockingQueue<Result<EventLoop, any Error>>(capacity: configuration.eventLoops)
        threads = (0..<configuration.eventLoops).map { index in
            Thread(name: "loop-\(index)") {
                let loop = Result {
                    try EventLoop(
                        configuration: configuration, listeners: listeners, admission: admission,
                        handler: try makeHandler(index))
                }
                precondition(started.put(loop), "there is room for each loop")
                guard let loop = try? loop.get() else { return }
                do throws(SystemError) { try loop.run() } catch { onFailure(error) }
            }
        }
        let results = threads.compactMap { _ in started.take() }
        loops = results.compactMap { try? $0.get() }
        for result in results {
            do { _ = try result.get() } catch {
                stop(withinMilliseconds: 0)
                throw error
            }
        }
    }

    /// What the loops have counted, together.
    package var snapshot: FrontSnapshot {
        let first = loops[0].counters.snapshot
        return loops.dropFirst().reduce(into: first) { all, loop in all += loop.counters.snapshot }
    }

    /// How long the turn has been going on that began first of those that have not ended; 0 where all loops wait.
    package func longestTurnNanoseconds(now: Int64) -> Int64 {
        let began = loops.map { $0.counters.turnBeganAt.current }.filter { $0 > 0 }.min()
        return began.map { max(0, now - Int64($0)) } ?? 0
    }

    package var loopCount: Int { loops.count }

    /// True if there are as many connections as there may be.
    package var isFull: Bool { admission.connectionCount >= admission.connectionsMax }

    package var connectionsMax: Int { admission.connectionsMax }

    /// Connections of this moment, idle ones too.
    package var connectionCount: Int { admission.connectionCount }

    /// Has a loop run this in one of its next turns.
    package func run(onLoop index: Int, _ body: @escaping @Sendable () -> Void) {
        Task(executorPreference: loops[index]) { body() }
    }

    /// Accepts no more, lets each connection finish the request it is in, and returns when all are done or the time is
    /// over.
    package func stop(withinMilliseconds milliseconds: Int) {
        let deadline = SystemClock.monotonicNanoseconds() + Int64(milliseconds) * 1_000_000
        for loop in loops { loop.stop(by: deadline) }
        for listener in listeners { listener.socket.refuseFurther() }
        for thread in threads { thread.join() }
    }
}
