import Loyalty

/// What a worker brings of a job.
package enum AskOutcome: Equatable, Sendable {
    case answered(AccrualAnswer)
    /// No answer came, for a reason for the log.
    case failed(String)
    /// The gate let nobody pass.
    case notAsked
}

/// Asks the accrual system about one order, on its worker's thread.
package struct AccrualClient {
    private let transport: any AccrualTransport
    private let gate: AccrualGate
    private let clock: MonotonicClock

    package init(transport: any AccrualTransport, gate: AccrualGate, clock: @escaping MonotonicClock) {
        self.transport = transport
        self.gate = gate
        self.clock = clock
    }

    package func ask(about job: Job) -> AskOutcome {
        guard gate.pass(now: clock()) else { return .notAsked }
        do throws(TransportError) {
            let answer = AccrualAnswer(try transport.ask(about: job.order.number), to: job.order.number)
            if case .throttled(let seconds, let pace) = answer {
                let now = clock()
                gate.close(until: now + Int64(seconds) * 1000, requestsPerMinute: pace, now: now)
            }
            return .answered(answer)
        } catch {
            return .failed(error.reason)
        }
    }
}

/// Milliseconds since some moment before the process, never stepping back; a parameter of everything that waits, so that a
/// test can set it.
package typealias MonotonicClock = @Sendable () -> Int64
