import HTTP
import Posix

/// The front is the HTTP server: event loops, each on its own thread, that share the listeners.
package final class Front: Sendable {
    private let loops: [EventLoop]
    private let threads: [Thread]
    private let listeners: [Listener]
    private let admission: Admission
    private let monotonicNanoseconds: @Sendable () -> Int64

    /// Starts the loops, and returns when all of them serve.
    ///
    /// - Parameters:
    ///   - makeHandler: makes the handler of the loop with this index. It is called on the loop's thread.
    ///   - onFailure: called on a loop's thread if waiting for events fails. That loop has ended.
    /// - Throws: the first error of a loop or of `makeHandler`, after the other loops were stopped.
    package init(
        configuration: FrontConfiguration, listeners: [Listener],
        makeHandler: @escaping @Sendable (_ loop: Int) throws -> any RequestHandler,
        onFailure: @escaping @Sendable (SystemError) -> Void
    ) throws {
        precondition(configuration.eventLoops > 0, "eventLoops must be positive")
        self.listeners = listeners
        monotonicNanoseconds = configuration.monotonicNanoseconds
        let admission = Admission(
            connectionsMax: configuration.connectionsMax,
            connectionsPerAddressMax: configuration.connectionsPerAddressMax)
        self.admission = admission
        let balance = LoopBalance()
        let started = BlockingQueue<Result<EventLoop, any Error>>(capacity: configuration.eventLoops)
        threads = (0..<configuration.eventLoops).map { index in
            Thread(name: "loop-\(index)") {
                let loop = Result {
                    try EventLoop(
                        configuration: configuration, listeners: listeners, admission: admission, balance: balance,
                        handler: try makeHandler(index))
                }
                precondition(started.put(loop), "the queue must have room for each loop")
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

    /// The sum of all loops' counters.
    package var snapshot: FrontSnapshot {
        let first = loops[0].counters.snapshot
        return loops.dropFirst().reduce(into: first) { all, loop in all += loop.counters.snapshot }
    }

    /// The duration so far of the longest turn that is in progress; 0 if all loops are waiting for events.
    ///
    /// - Parameter now: nanoseconds of the monotonic clock.
    package func longestTurnNanoseconds(now: Int64) -> Int64 {
        let began = loops.map { $0.counters.turnBeganAt.current }.filter { $0 > 0 }.min()
        return began.map { max(0, now - Int64($0)) } ?? 0
    }

    package var loopCount: Int { loops.count }

    /// True if ``connectionsMax`` is reached.
    package var isFull: Bool { admission.connectionCount >= admission.connectionsMax }

    package var connectionsMax: Int { admission.connectionsMax }

    /// The number of open connections, including idle ones.
    package var connectionCount: Int { admission.connectionCount }

    /// Runs `body` on a loop's thread, in one of its next turns.
    package func run(onLoop index: Int, _ body: @escaping @Sendable () -> Void) {
        Task(executorPreference: loops[index]) { body() }
    }

    /// Stops accepting, lets each connection finish the request that it has or that may be on its way, and returns when
    /// all connections are closed or the time is over.
    package func stop(withinMilliseconds milliseconds: Int) {
        beginStop(withinMilliseconds: milliseconds)
        waitForStop()
    }

    /// Begins a stop, so that several fronts can stop at the same time. It must be called once.
    package func beginStop(withinMilliseconds milliseconds: Int) {
        let deadline = monotonicNanoseconds() + Int64(milliseconds) * 1_000_000
        for loop in loops { loop.stop(by: deadline) }
    }

    /// Returns when all connections are closed, or the time of a stop that has begun is over.
    package func waitForStop() {
        for thread in threads { thread.join() }
        // A loop that has failed leaves its listeners open.
        for listener in listeners { listener.socket.refuseFurther() }
    }
}
