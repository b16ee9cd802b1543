import Synchronization

/// No more than so many requests in any minute, counted exactly. Any thread may ask.
package final class RequestRate: Sendable {
    package static let requestsPerMinuteMax = 1_000_000
    private static let minuteMilliseconds: Int64 = 60_000

    private struct State {
        /// When the last requests were let through, as many as a minute may have.
        var times: [Int64] = []
        /// Where the oldest of them stands, once there are so many.
        var oldest = 0
    }

    package let requestsPerMinute: Int
    private let state = Mutex(State())

    package init(requestsPerMinute: Int) {
        precondition((1...Self.requestsPerMinuteMax).contains(requestsPerMinute), "a limit lets something through")
        self.requestsPerMinute = requestsPerMinute
    }

    /// Lets a request through, or says how many seconds later one will be; in milliseconds of a clock that never steps back.
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
