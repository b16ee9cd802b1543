/// The deadline of the connection in the loop's timing wheel.
extension Connection {
    /// Has the loop look at the connection's deadline when that has passed.
    ///
    /// A deadline that has moved into the future needs nothing: the connection looks at it in the tick that is
    /// scheduled, and schedules a later one then.
    func scheduleDeadline() {
        guard let deadline = state.timer.deadline else { return }
        let isScheduled = scheduledTick.map { ($0 - 1) * DeadlineWheel.tickNanoseconds <= deadline } ?? false
        if !isScheduled { scheduledTick = loop.schedule(self, at: deadline) }
    }

    /// The scheduled tick has come. If the deadline has passed, the connection takes its next step; else it is
    /// scheduled again.
    func lookAtDeadline(now: Int64, _ wheel: inout DeadlineWheel) {
        scheduledTick = nil
        guard let deadline = state.timer.deadline else { return }
        if deadline <= now {
            state.expire()
            loop.makeRunnable(self)
        } else {
            scheduledTick = wheel.insert(token, at: deadline)
        }
    }
}
