import Loyalty

/// Jobs that wait for their time, handed out in turns among users.
///
/// If the earliest due job always went first, a user with many orders would hold up all others. So each user has a line
/// of jobs, the earliest due first, and of the users with a due job, the one that has been served least goes next
/// (start-time fair queueing: Goyal, Vin and Cheng, SIGCOMM 1996): each job that is handed out adds one to its user's
/// tag, and the user with the least tag is served. A user who has not been served for a while starts ``creditJobs``
/// below all others, so that a new order waits for none of the users who have many.
struct JobTurns {
    private struct Line {
        var jobs = MinHeap<DueJob>()
        /// The user's tag: how far the user has been served.
        var tag: Int64
        /// The sequence of the user's place in `turns`, or `nil` if the user has none. Other places of the user there
        /// are out of date.
        var turn: Int64?
        /// The user's current place in `alarms`. Other places of the user there are out of date.
        var alarm: Place?
    }

    private struct DueJob: Comparable {
        let dueAt: Int64
        let job: Job

        static func < (left: DueJob, right: DueJob) -> Bool {
            (left.dueAt, left.job.order.id) < (right.dueAt, right.job.order.id)
        }

        static func == (left: DueJob, right: DueJob) -> Bool {
            (left.dueAt, left.job.order.id) == (right.dueAt, right.job.order.id)
        }
    }

    /// A user's place in a heap. Of two places with the same key the earlier one goes first, so that a run can be
    /// repeated.
    private struct Place: Comparable {
        let key: Int64
        let sequence: Int64
        let user: UserID

        static func < (left: Place, right: Place) -> Bool {
            (left.key, left.sequence) < (right.key, right.sequence)
        }
    }

    private var lines: [UserID: Line] = [:]
    /// Users with a due job, by their tags; some places are out of date.
    private var turns = MinHeap<Place>()
    /// Users without a due job, by the time of their earliest job; some places are out of date.
    private var alarms = MinHeap<Place>()
    /// Users without a job, whose tags are still known.
    private var idle: [UserID] = []
    private var sequence: Int64 = 0
    private var tagMax: Int64 = 0
    private(set) var count = 0

    /// The number of jobs by which a user who was not served lately precedes all others.
    private static let creditJobs: Int64 = 16
    /// The most users without a job whose tags are kept, at about 60 bytes each.
    private static let idleUsersMax = 8192
    /// The most users that become due in one call, which bounds the work of one tick.
    private static let wakesMax = 10_000

    mutating func insert(_ job: Job, dueAt: Int64) {
        let user = job.order.user
        var line = lines[user] ?? Line(tag: tagMax - Self.creditJobs)
        lines[user] = nil
        line.jobs.insert(DueJob(dueAt: dueAt, job: job))
        count += 1
        place(&line, user)
        lines[user] = line
    }

    /// Removes and returns at most `limit` jobs that are due by `now`. If `now` is `.max`, jobs are taken before their
    /// time.
    mutating func take(_ limit: Int, dueBy now: Int64) -> [Job] {
        guard limit > 0, count > 0 else { return [] }
        wake(dueBy: now, limit: now == .max ? limit : Self.wakesMax)
        var jobs: [Job] = []
        while jobs.count < limit, let job = takeFirst(dueBy: now) { jobs.append(job) }
        return jobs
    }

    /// Returns the user who has the next turn, or `nil` if no job is due.
    mutating func nextUser(dueBy now: Int64) -> UserID? {
        wake(dueBy: now, limit: Self.wakesMax)
        while let turn = turns.first {
            if lines[turn.user]?.turn == turn.sequence, lines[turn.user]?.jobs.first != nil { return turn.user }
            _ = turns.removeFirst()
        }
        return nil
    }

    /// Removes and returns one of the user's later jobs, or `nil` if there is none.
    mutating func removeLate(of user: UserID) -> Job? {
        guard let removed = lines[user]?.jobs.removeLeaf() else { return nil }
        count -= 1
        forgetIfIdle(user)
        return removed.job
    }

    /// Removes all of a user's jobs for which `matches` returns true.
    mutating func removeAll(of user: UserID, where matches: (Job) -> Bool) {
        guard let removed = lines[user]?.jobs.removeAll(where: { matches($0.job) }) else { return }
        count -= removed.count
        if !removed.isEmpty { forgetIfIdle(user) }
    }

    /// Removes and returns all jobs for which `matches` returns true, the oldest order first.
    mutating func removeAll(where matches: (Job) -> Bool) -> [Job] {
        var jobs: [Job] = []
        for user in Array(lines.keys) {
            guard let removed = lines[user]?.jobs.removeAll(where: { matches($0.job) }), !removed.isEmpty else {
                continue
            }
            jobs += removed.map(\.job)
            count -= removed.count
            forgetIfIdle(user)
        }
        return jobs.sorted { $0.order.id < $1.order.id }
    }

    private mutating func takeFirst(dueBy now: Int64) -> Job? {
        while let turn = turns.removeFirst() {
            guard var line = lines[turn.user], line.turn == turn.sequence else { continue }
            lines[turn.user] = nil
            line.turn = nil
            // A job that was taken before its time may have left jobs here that are not due.
            guard let first = line.jobs.first, first.dueAt <= now else {
                settle(&line, turn.user)
                continue
            }
            _ = line.jobs.removeFirst()
            count -= 1
            line.tag = max(line.tag, tagMax - Self.creditJobs) + 1
            tagMax = max(tagMax, line.tag)
            if let next = line.jobs.first, next.dueAt <= now {
                giveTurn(&line, turn.user)
                lines[turn.user] = line
            } else {
                settle(&line, turn.user)
            }
            return first.job
        }
        return nil
    }

    /// Gives a turn to each user whose earliest job is due.
    private mutating func wake(dueBy now: Int64, limit: Int) {
        var woken = 0
        while woken < limit, let alarm = alarms.first, alarm.key <= now {
            _ = alarms.removeFirst()
            guard var line = lines[alarm.user], line.alarm == alarm else { continue }
            lines[alarm.user] = nil
            line.alarm = nil
            if line.jobs.first != nil {
                giveTurn(&line, alarm.user)
                woken += 1
            }
            lines[alarm.user] = line
        }
        if alarms.count > 2 * lines.count + 64 { dropOldAlarms() }
    }

    /// Makes a user wait for the time of their earliest job. A user who already waits for an earlier time, or has a
    /// turn, keeps that.
    private mutating func place(_ line: inout Line, _ user: UserID) {
        guard line.turn == nil, let first = line.jobs.first else { return }
        if let alarm = line.alarm, alarm.key <= first.dueAt { return }
        sequence += 1
        let alarm = Place(key: first.dueAt, sequence: sequence, user: user)
        line.alarm = alarm
        alarms.insert(alarm)
    }

    /// Puts back the line of a user who has no turn.
    private mutating func settle(_ line: inout Line, _ user: UserID) {
        line.alarm = nil
        place(&line, user)
        lines[user] = line
        forgetIfIdle(user)
    }

    private mutating func giveTurn(_ line: inout Line, _ user: UserID) {
        line.tag = max(line.tag, tagMax - Self.creditJobs)
        sequence += 1
        (line.turn, line.alarm) = (sequence, nil)
        turns.insert(Place(key: line.tag, sequence: sequence, user: user))
    }

    /// Keeps the tag of a user without a job for a while, so that a user who was just served is not served before
    /// others again.
    private mutating func forgetIfIdle(_ user: UserID) {
        guard lines[user]?.jobs.first == nil else { return }
        idle.append(user)
        // If all users have been served, the tags no longer matter.
        guard idle.count > Self.idleUsersMax || turns.count == 0 else { return }
        for user in idle where lines[user]?.jobs.first == nil { lines[user] = nil }
        idle = []
    }

    private mutating func dropOldAlarms() {
        let lines = lines
        _ = alarms.removeAll { alarm in lines[alarm.user]?.alarm != alarm }
    }
}
