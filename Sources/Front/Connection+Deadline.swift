/// The deadline of the connection in the loop's timing wheel.
extension Connection {
    /// Has the loop look at the connection when its deadline has passed.
    ///
    /// If the deadline has moved to a later time, nothing has to be done: the connection looks at it in the tick that
    /// is already scheduled, and then schedules a later one.
    func scheduleDeadline() {
        guard let deadline = state.timer.deadline else { return }
        let isScheduled = scheduledTick.map { ($0 - 1) * DeadlineWheel.tickNanoseconds <= deadline } ?? false
        if !isScheduled { scheduledTick = loop.schedule(self, at: deadline) }
    }

    /// The scheduled tick has come. If the deadline has passed, the connection takes its next step.
    /// Otherwise it is scheduled again.
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
