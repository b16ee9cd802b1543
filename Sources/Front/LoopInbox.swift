import Posix
import Synchronization

/// The messages for an event loop from other threads. The loop takes them once in each turn.
final class LoopInbox: Sendable {
    struct Messages {
        /// Jobs of tasks that run on the loop.
        var jobs = TaskJobs()
        /// Connections that another loop has accepted for this one.
        var arrivals: [Arrival] = []
        /// The time by which the loop has to stop; `nil` if it goes on.
        var stopDeadline: Int64?
        /// True if the handler has asked for a call of `wakeUp`.
        var wakesHandler = false
    }

    private struct Content {
        var messages = Messages()
        /// True if the loop was woken since it last took messages. Waking it once is enough.
        var isSignalled = false
    }

    private let content = Mutex(Content())
    let wakeup: Wakeup

    init(wakeup: consuming Wakeup) {
        self.wakeup = wakeup
    }

    /// Changes the messages, and wakes the loop.
    func put(_ change: (inout Messages) -> Void) {
        let wakes = content.withLock { content in
            change(&content.messages)
            return !exchange(&content.isSignalled, with: true)
        }
        if wakes { wakeup.signal() }
    }

    func put(_ job: consuming ExecutorJob) {
        var jobs = TaskJobs()
        jobs.append(job)
        put { $0.jobs.append(jobs) }
    }

    /// Removes and returns all messages.
    func take() -> Messages {
        content.withLock { content in
            content.isSignalled = false
            return exchange(&content.messages, with: Messages())
        }
    }
}
