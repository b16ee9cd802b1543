import Synchronization

/// What each worker passes right before it asks: closed while the accrual system has asked for a pause, and no faster than
/// the pace. So both hold for all from the moment one is told of them, requests in flight excepted.
package final class AccrualGate: Sendable {
    private struct State {
        var opensAt = Int64.min
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
    package func close(until end: Int64, requestsPerMinute: Int?, now: Int64) {
        state.withLock { state in
            state.opensAt = max(state.opensAt, end)
            state.pace.limit(requestsPerMinute: requestsPerMinute, now: now)
        }
    }

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
