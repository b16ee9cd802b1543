import Loyalty

/// The result of a job.
package enum AskResult: Equatable, Sendable {
    case answered(AccrualAnswer)
    /// No answer came. The reason is for the log.
    case failed(String)
    /// The gate was closed, so nothing was asked.
    case notAsked
}

/// Asks the accrual system about one order, if the gate lets the request pass. Each worker has its own.
package struct Asker {
    private let system: any AccrualSystem
    private let gate: AccrualGate
    private let clock: MonotonicClock

    package init(system: any AccrualSystem, gate: AccrualGate, clock: @escaping MonotonicClock) {
        self.system = system
        self.gate = gate
        self.clock = clock
    }

    package func ask(about job: Job) -> AskResult {
        guard mayAsk() else { return .notAsked }
        do throws(TransportError) {
            return take(.success(try system.ask(about: job.order.number)))
        } catch {
            return take(.failure(error))
        }
    }

    /// Returns true if a request may be sent now, and counts it as sent: the part of ``ask(about:)`` before the wait.
    package func mayAsk() -> Bool {
        gate.pass(now: clock())
    }

    /// Tells the gate about an answer, at the time at which it arrives: the part of ``ask(about:)`` after the wait.
    package func take(_ answer: Result<AccrualAnswer, TransportError>) -> AskResult {
        switch answer {
        case .failure(let error): return .failed(error.reason)
        case .success(let answer):
            switch answer {
            case .throttled(let seconds, let pace): gate.close(seconds: seconds, requestsPerMinute: pace, now: clock())
            case .unknown, .pending, .invalid, .processed: gate.noteGoodAnswer()
            case .untrustworthy: break
            }
            return .answered(answer)
        }
    }
}
