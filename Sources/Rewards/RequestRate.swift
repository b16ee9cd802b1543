import Synchronization

/// Admits at most `requestsPerMinute` requests in any minute, counted exactly. Any thread may ask.
package final class RequestRate: Sendable {
    package static let requestsPerMinuteMax = 1_000_000
    private static let minuteMilliseconds: Int64 = 60_000

    private struct State {
        /// The times of the last requests that were admitted, at most as many as a minute may have.
        var times: [Int64] = []
        /// The index of the oldest time, once the array is full.
        var oldest = 0
    }

    package let requestsPerMinute: Int
    private let state = Mutex(State())

    package init(requestsPerMinute: Int) {
        precondition(
            (1...Self.requestsPerMinuteMax).contains(requestsPerMinute), "requestsPerMinute must be 1 to 1,000,000")
        self.requestsPerMinute = requestsPerMinute
    }

    /// Admits a request, or returns the number of seconds after which the next one will be admitted.
    ///
    /// - Parameter now: Milliseconds of a monotonic clock.
    package func admit(now: Int64) -> Int? {
        state.withLock { state in
            guard state.times.count == requestsPerMinute else {
                state.times.append(now)
                return nil
            }
            let wait = state.times[state.oldest] + Self.minuteMilliseconds - now
            guard wait <= 0 else { return Int((wait + 999) / 1000) }
            state.times[state.oldest] = now
            state.oldest = (state.oldest + 1) % requestsPerMinute
            return nil
        }
    }
}
