import SQLite
import Testing

@testable import Store

struct CheckpointScheduleTests {
    /// The log's length after each commit, and what is due then.
    struct Case: Sendable {
        let lengths: [Int]
        let due: [CheckpointMode?]
    }

    @Test(arguments: [
        Case(lengths: [0, 5, 9], due: [nil, nil, nil]),
        Case(lengths: [5, 10, 3, 9, 12], due: [nil, .passive, nil, nil, .passive]),
        // Held up by a reader: not again at each commit, and patiently once it is long.
        Case(lengths: [10, 11, 19, 20, 29, 30], due: [.passive, nil, nil, .passive, nil, .restart]),
        Case(lengths: [25, 29, 35, 44, 45], due: [.passive, nil, .restart, nil, .restart]),
        Case(lengths: [500, 2, 11], due: [.restart, nil, .passive]),
    ])
    func checkpointsAreDueByLength(row: Case) {
        var schedule = CheckpointSchedule(pagesBetween: 10)
        var due: [CheckpointMode?] = []
        for length in row.lengths { due.append(schedule.due(walPages: length)) }
        #expect(due == row.due)
    }

    /// A burst is written back once it is over, and only once.
    @Test func idleTimeIsUsedWhereItIsWorthIt() {
        var schedule = CheckpointSchedule(pagesBetween: 4096)
        #expect(schedule.due(walPages: 255) == nil)
        #expect(!schedule.isWorthIdleTime)
        #expect(schedule.due(walPages: 256) == nil)
        #expect(schedule.isWorthIdleTime)
        #expect(schedule.takeIdleTime() == .passive)
        #expect(!schedule.isWorthIdleTime)
        // The log starts anew, as all of it was written back.
        #expect(schedule.due(walPages: 4) == nil)
        #expect(!schedule.isWorthIdleTime)
        #expect(schedule.due(walPages: 300) == nil)
        #expect(schedule.isWorthIdleTime)
        // A reader held the last one up: the next is due after as much again.
        #expect(schedule.takeIdleTime() == .passive)
        #expect(schedule.due(walPages: 4395) == nil)
        #expect(schedule.due(walPages: 4396) == .passive)
    }
}
