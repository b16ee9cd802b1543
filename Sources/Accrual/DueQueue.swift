/// Jobs by the time they are due, the earliest first: a binary heap.
struct DueQueue {
    private struct Entry {
        let dueAt: Int64
        let job: Job

        /// Older orders first where two are due at once, so that a run can be repeated.
        func precedes(_ other: Entry) -> Bool {
            (dueAt, job.order.id) < (other.dueAt, other.job.order.id)
        }
    }

    private var entries: [Entry] = []

    var count: Int { entries.count }

    mutating func insert(_ job: Job, dueAt: Int64) {
        entries.append(Entry(dueAt: dueAt, job: job))
        var child = entries.count - 1
        while child > 0, entries[child].precedes(entries[(child - 1) / 2]) {
            entries.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes out all jobs that are such, in no order.
    mutating func removeAll(where isSuch: (Job) -> Bool) -> [Job] {
        let all = entries
        entries = []
        for entry in all where !isSuch(entry.job) { insert(entry.job, dueAt: entry.dueAt) }
        return all.map(\.job).filter(isSuch)
    }

    /// The earliest job, where its time has come.
    mutating func removeFirst(dueBy now: Int64) -> Job? {
        guard let first = entries.first, first.dueAt <= now else { return nil }
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        var parent = 0
        while true {
            var earliest = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < entries.count && entries[child].precedes(entries[earliest]) {
                earliest = child
            }
            if earliest == parent { return first.job }
            entries.swapAt(parent, earliest)
            parent = earliest
        }
    }
}
