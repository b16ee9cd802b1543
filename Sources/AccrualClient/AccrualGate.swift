import Synchronization

/// What each worker passes right before it asks: closed while the accrual system has asked for a pause, and no faster than
/// the pace. So both hold for all from the moment one is told of them, requests in flight excepted.
package final class AccrualGate: Sendable {
    private struct State {
        var opensAt = Int64.min
        /// The last pause of those that had no length of their own and followed each other; 0 after a good answer.
        var pauseSeconds = 0
        var pace: Pace
    }

    private let state: Mutex<State>

    /// `requestsPerMinuteMax` is what the owner allows, nil for any; a request is on its way for no longer than its time-out.
    package init(requestsPerMinuteMax: Int? = nil, requestTimeoutMilliseconds: Int = 5000) {
        state = Mutex(
            State(
                pace: Pace(
                    requestsPerMinuteMax: requestsPerMinuteMax, requestTimeoutMilliseconds: requestTimeoutMilliseconds))
        )
    }

    /// The pace in force; nil for any.
    package var requestsPerMinuteMax: Int? { state.withLock { $0.pace.requestsPerMinuteMax } }

    /// What the owner allows from now on; nil for any.
    package func limit(requestsPerMinuteMax: Int?) {
        state.withLock { $0.pace.configuredMax = requestsPerMinuteMax }
    }

    /// The end of the pause, in milliseconds of the monotonic clock; nil where there is none.
    package func closedUntil(now: Int64) -> Int64? {
        state.withLock { $0.opensAt > now ? $0.opensAt : nil }
    }

    /// The accrual system asked for a pause, and where it says so for a pace from then on. A later end counts, whoever of
    /// several is told of it first.
    ///
    /// - Parameter seconds: how long the pause is, or `nil` if nothing was said. Then it is a second, and twice the last one if
    ///   nothing but refusals came since; of several that were on their way when a pause began, each has its second, and the pause does not double.
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

    /// The accrual system answered something else than a refusal.
    package func noteGoodAnswer() {
        state.withLock { $0.pauseSeconds = 0 }
    }

    /// The longest pause that nobody asked for.
    private static let pauseSecondsMax = 60

    /// How many could pass now, of at most `limit`.
    package func allowance(limit: Int, now: Int64) -> Int {
        state.withLock { $0.opensAt > now ? 0 : $0.pace.allowance(limit: limit, now: now) }
    }

    /// Lets one pass and counts it, or not.
    package func pass(now: Int64) -> Bool {
        state.withLock { state in
            guard state.opensAt <= now, state.pace.allowance(limit: 1, now: now) == 1 else { return false }
            state.pace.noteSent(1, now: now)
            return true
        }
    }
}
