/// How long it waits, and for what.
extension Connection {
    /// Waits from now on, for as long as that may take.
    func wait(for wait: Wait) {
        self.wait = wait
        isExpired = false
        let timeouts = loop.configuration.timeouts
        let milliseconds: Int
        switch wait {
        case .idle: milliseconds = loop.isStopping ? timeouts.freshWhileStoppingMilliseconds : timeouts.idleMilliseconds
        case .head: milliseconds = timeouts.headMilliseconds
        case .body: milliseconds = timeouts.bodyMilliseconds
        case .writing: milliseconds = timeouts.writeMilliseconds
        case .lingering: milliseconds = timeouts.lingerMilliseconds
        case .following: milliseconds = Int(max(0, beatAt - loop.now) + 999_999) / 1_000_000
        case .nothing:
            deadline = nil
            return
        }
        let deadline = loop.now + Int64(milliseconds) * 1_000_000
        self.deadline = deadline
        // A deadline that moves away is found again when its tick comes; only one that comes nearer is entered anew.
        let isFoundInTime = scheduledTick.map { ($0 - 1) * DeadlineWheel.tickNanoseconds <= deadline } ?? false
        if !isFoundInTime { scheduledTick = loop.schedule(self, at: deadline) }
    }

    /// The scheduled tick has come: moves on what is too late, and enters again what is not.
    func lookAtDeadline(now: Int64, _ wheel: inout DeadlineWheel) {
        scheduledTick = nil
        guard let deadline else { return }
        if deadline <= now {
            self.deadline = nil
            isExpired = true
            loop.makeRunnable(self)
        } else {
            scheduledTick = wheel.insert(token, at: deadline)
        }
    }
}
