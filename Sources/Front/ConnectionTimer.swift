/// The event that a connection waits for, and the time limit of the wait.
struct ConnectionTimer: Hashable {
    enum Event: Hashable {
        /// The connection waits for the handler or for its turn. The server has to end this wait, so it has no limit.
        case nothing
        /// The connection waits for a request (idle), or for the rest of a head or of a body.
        case idle, head, body
        /// The connection waits until the client reads a part of the response.
        case writing
        /// The connection waits until the client stops sending.
        case lingering
        /// The connection waits for news of the stream that it follows, until the stream's next beat at most.
        case following(beatAt: Int64)
    }

    private(set) var event = Event.nothing
    /// The end of the wait, in nanoseconds of the monotonic clock; `nil` if it has no limit or has passed.
    private(set) var deadline: Int64?
    /// True if the deadline has passed.
    private(set) var isExpired = false

    /// Begins a wait.
    mutating func start(_ event: Event, _ surroundings: ConnectionState.Surroundings) {
        self.event = event
        isExpired = false
        let timeouts = surroundings.timeouts
        let milliseconds: Int
        switch event {
        case .nothing:
            deadline = nil
            return
        case .following(let beatAt):
            deadline = beatAt
            return
        case .idle:
            milliseconds =
                surroundings.isStopping ? timeouts.requestWhileStoppingMilliseconds : timeouts.idleMilliseconds
        case .head: milliseconds = timeouts.headMilliseconds
        case .body: milliseconds = timeouts.bodyMilliseconds
        case .writing: milliseconds = timeouts.writeMilliseconds
        case .lingering: milliseconds = timeouts.lingerMilliseconds
        }
        deadline = surroundings.now + Int64(milliseconds) * 1_000_000
    }

    /// Ends the wait.
    mutating func stop() {
        event = .nothing
        deadline = nil
        isExpired = false
    }

    /// The deadline has passed.
    mutating func expire() {
        deadline = nil
        isExpired = true
    }
}
