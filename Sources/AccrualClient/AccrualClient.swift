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
        guard mayAsk() else { return .notAsked }
        do throws(TransportError) {
            return outcome(of: .success(try transport.ask(about: job.order.number)), about: job)
        } catch {
            return outcome(of: .failure(error), about: job)
        }
    }

    /// Whether a question may go out now, and is on its way if so: the part of ``ask(about:)`` before the wait.
    package func mayAsk() -> Bool {
        gate.pass(now: clock())
    }

    /// What an answer means, at the moment it comes: the part of ``ask(about:)`` behind the wait.
    package func outcome(of result: Result<TransportAnswer, TransportError>, about job: Job) -> AskOutcome {
        switch result {
        case .failure(let error): return .failed(error.reason)
        case .success(let bytes):
            let answer = AccrualAnswer(bytes, to: job.order.number)
            switch answer {
            case .throttled(let seconds, let pace): gate.close(seconds: seconds, requestsPerMinute: pace, now: clock())
            case .unknown, .pending, .invalid, .processed: gate.noteGoodAnswer()
            case .untrustworthy: break
            }
            return .answered(answer)
        }
    }
}

/// Milliseconds since some moment before the process, never stepping back; a parameter of everything that waits, so that a
/// test can set it.
package typealias MonotonicClock = @Sendable () -> Int64
