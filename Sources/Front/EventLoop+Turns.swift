import Posix

/// The turns of connections and of tasks.
extension EventLoop {
    /// The time after which a turn takes no further step, but looks for new arrivals. A step that has begun is
    /// finished.
    private static let turnNanosecondsMax: Int64 = 2_000_000
    /// The number of dear steps in a turn, such as parts of long lists, about half a millisecond each. New arrivals
    /// wait for them.
    private static let dearStepsPerTurnMax = 4

    /// Lets the connection continue when its turn comes. Calling this again before its turn has no effect.
    func makeRunnable(_ connection: Connection) {
        guard !connection.isRunnable else { return }
        connection.isRunnable = true
        schedule.enter(connection, of: connection.share.turns, isDear: connection.isDear)
    }

    /// Calls connections in their turns, and runs the jobs of tasks that wait for responses. Work that does not fit
    /// into this turn remains for the next one, together with new arrivals.
    func advanceRunnable() {
        measureNow()
        let end = measuredNow + Self.turnNanosecondsMax
        var dearStepsLeft = Self.dearStepsPerTurnMax
        repeat {
            if !jobs.isEmpty {
                jobs.take().run(on: self)
                measureNow()
            }
            while measuredNow < end, dearStepsLeft > 0, let (connection, isDear) = schedule.next() {
                let begin = measuredNow
                if isDear {
                    dearStepsLeft -= 1
                    connection.state.partTurn.grant()
                }
                connection.advance()
                measureNow()
                schedule.charge(measuredNow - begin)
                connection.cost.note(measuredNow - begin)
            }
        } while !jobs.isEmpty && measuredNow < end && dearStepsLeft > 0
    }

    /// True if the last turn has left work to the next one.
    var isBehind: Bool { !schedule.isEmpty }
}

/// Tasks that wait for responses run on the loop's thread.
extension EventLoop: TaskExecutor {
    /// Any thread may call this.
    func enqueue(_ job: consuming ExecutorJob) {
        if isCurrentThread { jobs.append(job) } else { inbox.put(job) }
    }
}
