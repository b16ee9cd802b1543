import Posix

/// The turns of connections and of tasks.
extension EventLoop {
    /// The time after which a turn takes no further step, but looks for new arrivals. A step that has begun is
    /// finished.
    private static let turnNanosecondsMax: Int64 = 2_000_000
    /// The time after which a turn takes no further costly step, such as a part of a long list. A request that arrives
    /// during the turn waits for this time and for one step. Looking for arrivals takes some microseconds.
    private static let costlyNanosecondsPerTurnMax: Int64 = 200_000

    /// Lets the connection continue when its turn comes. Calling this again before its turn has no effect.
    func makeRunnable(_ connection: Connection) {
        guard !connection.isRunnable else { return }
        connection.isRunnable = true
        schedule.enter(connection, of: connection.share.turns, isCostly: connection.isCostly)
    }

    /// Calls connections in their turns, and runs the jobs of tasks that wait for responses. Work that does not fit
    /// into this turn remains for the next one, together with new arrivals.
    func advanceRunnable() {
        measureNow()
        var end = measuredNow + Self.turnNanosecondsMax
        runJobs(until: measuredNow + Self.turnNanosecondsMax / 2)
        // Each turn begins with jobs and leaves half of its time to connections, however long the last job has taken.
        // So neither keeps the others waiting.
        end = max(end, measuredNow + Self.turnNanosecondsMax / 2)
        var costlyNanoseconds: Int64 = 0
        while true {
            while measuredNow < end, costlyNanoseconds < Self.costlyNanosecondsPerTurnMax,
                let (connection, isCostly) = schedule.next()
            {
                let begin = measuredNow
                let share = connection.share
                if isCostly { connection.state.partTurn.grant() }
                connection.advance()
                measureNow()
                if isCostly { costlyNanoseconds += measuredNow - begin }
                schedule.charge(measuredNow - begin)
                connection.note(measuredNow - begin, in: share)
            }
            guard !jobs.isEmpty, measuredNow < end, costlyNanoseconds < Self.costlyNanosecondsPerTurnMax else { return }
            runJobs(until: end)
        }
    }

    /// Runs jobs in the order of their arrival until the time is over, but at least one. Those that arrive meanwhile
    /// wait.
    private func runJobs(until end: Int64) {
        guard !jobs.isEmpty else { return }
        var rest = jobs.take().run(on: self) {
            measureNow()
            return measuredNow < end
        }
        rest.append(jobs.take())
        jobs = rest
    }

    /// True if the last turn has left work to the next one.
    var isBehind: Bool { !schedule.isEmpty || !jobs.isEmpty }
}

/// Tasks that wait for responses run on the loop's thread.
extension EventLoop: TaskExecutor {
    /// Any thread may call this.
    func enqueue(_ job: consuming ExecutorJob) {
        if isCurrentThread { jobs.append(job) } else { inbox.put(job) }
    }
}
