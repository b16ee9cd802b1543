import Loyalty

/// The result of a job.
package enum AskOutcome: Equatable, Sendable {
    case answered(AccrualAnswer)
    /// No answer came. The reason is for the log.
    case failed(String)
    /// The gate was closed, so nothing was asked.
    case notAsked
}

/// Asks the accrual system about one order, on the worker's thread.
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

    /// Returns true if a request may be sent now, and counts it as sent: the part of ``ask(about:)`` before the wait.
    package func mayAsk() -> Bool {
        gate.pass(now: clock())
    }

    /// Decides what a result means, at the time at which it arrives: the part of ``ask(about:)`` after the wait.
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
