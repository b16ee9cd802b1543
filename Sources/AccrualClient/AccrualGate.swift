import Storage
import Synchronization

/// The gate that each worker passes right before it sends a request. It is closed while a pause lasts for which the
/// accrual system has asked, and it keeps the pace. Because all workers share it, a pause or a new pace holds for all
/// of them at once, except for requests already in flight.
package final class AccrualGate: Sendable {
    private struct State {
        var opensAt = Int64.min
        /// The length of the last pause that the accrual system did not specify, if refusals have followed each other
        /// since; 0 after a good answer.
        var pauseSeconds = 0
        var pace: Pace
    }

    private let state: Mutex<State>

    /// - Parameters:
    ///   - requestsPerMinuteMax: The owner's limit; `nil` for none.
    ///   - requestTimeoutMilliseconds: The longest time that a request may be on its way.
    package init(
        requestsPerMinuteMax: Int? = nil,
        requestTimeoutMilliseconds: Int = PipelineConfiguration().requestTimeoutMilliseconds
    ) {
        state = Mutex(
            State(
                pace: Pace(
                    requestsPerMinuteMax: requestsPerMinuteMax, requestTimeoutMilliseconds: requestTimeoutMilliseconds))
        )
    }

    /// The pace in force; `nil` if there is none.
    package var requestsPerMinuteMax: Int? { state.withLock { $0.pace.requestsPerMinuteMax } }

    /// Sets the owner's limit; `nil` for none.
    package func limit(requestsPerMinuteMax: Int?) {
        state.withLock { $0.pace.configuredMax = requestsPerMinuteMax }
    }

    /// The end of the current pause, in milliseconds of the monotonic clock, or `nil` if there is none.
    package func closedUntil(now: Int64) -> Int64? {
        state.withLock { $0.opensAt > now ? $0.opensAt : nil }
    }

    /// Closes the gate, because the accrual system asked for a pause, and sets the pace that it named, if any. If
    /// several workers receive refusals, the latest end counts, in whatever order they arrive.
    ///
    /// - Parameter seconds: The length of the pause, or `nil` if the accrual system did not say. In that case the pause
    ///   is one second, or twice the last one if nothing but refusals have come since. If such a refusal arrives during
    ///   a pause, because its request was already in flight, the pause lasts at least one more second, and does not
    ///   double.
    package func close(seconds: Int?, requestsPerMinute: Int?, now: Int64) {
        state.withLock { state in
            if let seconds {
                state.opensAt = max(state.opensAt, now + Int64(seconds) * 1000)
            } else if state.opensAt <= now {
                state.pauseSeconds = min(max(1, 2 * state.pauseSeconds), Self.pauseSecondsMax)
                state.opensAt = now + Int64(state.pauseSeconds) * 1000
            } else {
                state.opensAt = max(state.opensAt, now + 1000)
            }
            state.pace.limit(requestsPerMinute: requestsPerMinute, now: now)
        }
    }

    /// The pace for which the accrual system has asked, for a server that takes over.
    package func askedPace(now: Int64) -> AskedPace {
        state.withLock { state in
            AskedPace(
                pauseMilliseconds: max(0, state.opensAt > now ? state.opensAt - now : 0),
                requestsPerMinute: state.pace.raisedMax)
        }
    }

    /// Keeps to the pace that another server was asked for.
    package func adopt(_ pace: AskedPace, now: Int64) {
        state.withLock { state in
            state.opensAt = max(
                state.opensAt, now + min(max(0, pace.pauseMilliseconds), Self.inheritedPauseMillisecondsMax))
            if let count = pace.requestsPerMinute, count > 0 { state.pace.limit(requestsPerMinute: count, now: now) }
        }
    }

    /// The longest pause that is believed: the longest one that the client takes from an accrual system.
    private static let inheritedPauseMillisecondsMax = Int64(AccrualAnswer.pauseSecondsMax) * 1000

    /// Records that the accrual system gave an answer that is not a refusal.
    package func noteGoodAnswer() {
        state.withLock { $0.pauseSeconds = 0 }
    }

    /// The longest pause that we choose ourselves.
    private static let pauseSecondsMax = 60

    /// Returns the number of requests that could pass now, at most `limit`.
    package func allowance(limit: Int, now: Int64) -> Int {
        state.withLock { $0.opensAt > now ? 0 : $0.pace.allowance(limit: limit, now: now) }
    }

    /// Lets one request pass and counts it, or returns false.
    package func pass(now: Int64) -> Bool {
        state.withLock { state in
            guard state.opensAt <= now, state.pace.allowance(limit: 1, now: now) == 1 else { return false }
            state.pace.noteSent(1, now: now)
            return true
        }
    }
}
