import Loyalty

/// The jobs of a pool that are not in flight. ``AskOrder`` decides from which queue the next one is taken.
struct JobQueues {
    /// Orders uploaded since the start, about which no request has been answered yet.
    var new = JobTurns()
    /// Orders loaded from the database, about which no request has been answered since.
    var loaded = JobTurns()
    /// Orders whose last answer was good but not final, and forgiven ones.
    var asked = JobTurns()
    /// Orders whose last answer was bad.
    var suspects = JobTurns()

    var count: Int { new.count + loaded.count + asked.count + suspects.count }

    mutating func addNew(_ order: UnfinishedOrder) {
        new.insert(Job(order, isNew: true), dueAt: .min)
    }

    mutating func addLoaded(_ order: UnfinishedOrder, dueAt: Int64) {
        loaded.insert(Job(order), dueAt: dueAt)
    }

    /// Takes back a job that was asked about.
    mutating func putBack(_ job: Job, dueAt: Int64) {
        if job.trust.isSuspect { suspects.insert(job, dueAt: dueAt) } else { asked.insert(job, dueAt: dueAt) }
    }

    /// Takes back a job about which no request was sent, at its former place.
    mutating func putBackUnasked(_ job: Job) {
        if job.trust.isSuspect {
            suspects.insert(job, dueAt: .min)
        } else if job.isNew {
            new.insert(job, dueAt: .min)
        } else if job.attempts == 0, job.trust == .trusted {
            loaded.insert(job, dueAt: .min)
        } else {
            asked.insert(job, dueAt: .min)
        }
    }

    /// Forgives every suspect and makes it due now, as if it had not been asked about before. An odd order stays odd.
    mutating func forgiveSuspects() {
        for var job in suspects.removeAll(where: { $0.trust == .suspect }) {
            (job.trust, job.attempts) = (.forgiven, 0)
            asked.insert(job, dueAt: .min)
        }
    }

    /// Removes one of the user's jobs, of the kind that matters least; returns `nil` if there is none.
    mutating func removeLate(of user: UserID) -> Job? {
        asked.removeLate(of: user) ?? suspects.removeLate(of: user) ?? loaded.removeLate(of: user)
            ?? new.removeLate(of: user)
    }

    /// Removes all of a user's jobs for which `matches` returns true.
    mutating func removeAll(of user: UserID, where matches: (Job) -> Bool) {
        new.removeAll(of: user, where: matches)
        loaded.removeAll(of: user, where: matches)
        asked.removeAll(of: user, where: matches)
        suspects.removeAll(of: user, where: matches)
    }
}
