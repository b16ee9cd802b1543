import Loyalty
import Postgres

/// A part of a user's list, which may have many rows.
struct ListPart: Sendable {
    let user: UserID
    /// The rows that are read at most.
    let rowsMax: Int
}

/// The reads of lists that wait, in turn by user, so that a user with many has the others wait for one of them.
struct WaitingLists {
    /// The users whose lists wait, in the order of their turns.
    private var turns: [UserID] = []
    /// The reads of each of these users, in the order of their arrival and so of their deadlines.
    private var reads: [UserID: [WaitingRead]] = [:]

    var isEmpty: Bool { turns.isEmpty }

    /// The earliest deadline of all reads; `nil` if none waits.
    var earliest: Deadline? {
        reads.values.lazy.compactMap(\.first?.deadline).reduce(nil) { earliest, deadline in
            earliest?.orEarlier(deadline) ?? deadline
        }
    }

    mutating func append(_ read: WaitingRead, of user: UserID) {
        if reads[user] == nil { turns.append(user) }
        reads[user, default: []].append(read)
    }

    /// Puts reads back that were taken, in their order. They are the next of their users.
    mutating func putBack(_ taken: [WaitingRead]) {
        for read in taken.reversed() {
            guard let list = read.read.list else { preconditionFailure("a list must have its user") }
            if reads[list.user] == nil { turns.insert(list.user, at: 0) }
            reads[list.user, default: []].insert(read, at: 0)
        }
    }

    /// Takes the next reads: one at least, and others up to a number of reads, and of rows in all.
    mutating func take(countMax: Int, rowsMax: Int) -> [WaitingRead] {
        var taken: [WaitingRead] = []
        var rowCount = 0
        while taken.count < countMax, taken.count < turns.count, let read = reads[turns[taken.count]]?.first,
            let list = read.read.list
        {
            rowCount += list.rowsMax
            guard taken.isEmpty || rowCount <= rowsMax else { break }
            taken.append(read)
            reads[list.user]?.removeFirst()
            if reads[list.user]?.isEmpty ?? true { reads[list.user] = nil } else { turns.append(list.user) }
        }
        turns.removeFirst(taken.count)
        return taken
    }

    /// Takes the reads that have less time left.
    mutating func takeLate(below milliseconds: Int) -> [WaitingRead] {
        // Most often none is late, and then the clock is read once.
        guard let earliest, earliest.millisecondsLeft < milliseconds else { return [] }
        var late: [WaitingRead] = []
        for user in turns {
            guard let count = reads[user]?.prefix(while: { $0.deadline.millisecondsLeft < milliseconds }).count,
                count > 0
            else { continue }
            late += reads[user]?.prefix(count) ?? []
            reads[user]?.removeFirst(count)
            if reads[user]?.isEmpty ?? true { reads[user] = nil }
        }
        if !late.isEmpty { turns.removeAll { reads[$0] == nil } }
        return late
    }

    mutating func takeAll() -> [WaitingRead] {
        let all = turns.flatMap { reads[$0] ?? [] }
        self = WaitingLists()
        return all
    }
}
