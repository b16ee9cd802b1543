import SQLite
import Testing

@testable import SQLiteStore

struct CheckpointScheduleTests {
    /// A commit that leaves so many pages in the log, while a sync is under way or not, and what is due then.
    struct Commit: Sendable {
        let pages: Int
        let isSyncing: Bool
        let step: CheckpointStep?

        init(_ pages: Int, _ step: CheckpointStep?, isSyncing: Bool = false) {
            self.pages = pages
            self.step = step
            self.isSyncing = isSyncing
        }
    }

    @Test(arguments: [
        [Commit(0, nil), Commit(5, nil), Commit(99, nil)],
        // A step a commit, and the log starts anew.
        [Commit(100, .hold), Commit(103, .copy), Commit(104, .sync), Commit(105, .complete(.passive)), Commit(3, nil)],
        [
            Commit(500, .hold), Commit(501, .copy), Commit(502, .sync), Commit(503, .complete(.restart)),
            Commit(100, .hold),
        ],
        // A sync takes its time, but not for ever.
        [
            Commit(100, .hold), Commit(110, .copy), Commit(120, .sync), Commit(200, nil, isSyncing: true),
            Commit(300, nil, isSyncing: true), Commit(349, nil, isSyncing: true),
            Commit(350, .complete(.restart), isSyncing: true), Commit(450, .hold),
        ],
        // Held up by a reader: not again at each commit, and patiently once it is long.
        [
            Commit(100, .hold), Commit(101, .copy), Commit(102, .sync), Commit(103, .complete(.passive)),
            Commit(202, nil), Commit(203, .hold), Commit(204, .copy), Commit(205, .sync),
            Commit(206, .complete(.restart)), Commit(305, nil), Commit(306, .hold),
        ],
        // Commits that write nothing are none.
        [Commit(100, .hold), Commit(100, nil), Commit(103, .copy), Commit(103, nil), Commit(104, .sync)],
        // Another's checkpoint lets the log start anew in the middle of a round: that ends as all do.
        [
            Commit(100, .hold), Commit(101, .copy), Commit(102, .sync), Commit(2, nil, isSyncing: true),
            Commit(3, .complete(.passive)), Commit(102, nil), Commit(103, .hold),
        ],
        [Commit(100, .hold), Commit(2, .copy), Commit(3, .sync), Commit(4, .complete(.passive)), Commit(103, nil)],
    ])
    func stepsAreDueByLength(commits: [Commit]) {
        var schedule = CheckpointSchedule(pagesBetween: 100)
        for (index, commit) in commits.enumerated() {
            let step = schedule.next(walPages: commit.pages, isSyncing: commit.isSyncing)
            #expect(step == commit.step, "commit \(index), \(commit.pages) pages")
        }
    }

    /// A burst is written back once it is over, and only once.
    @Test func idleTimeIsUsedWhereItIsWorthIt() {
        var schedule = CheckpointSchedule(pagesBetween: 4096)
        #expect(schedule.next(walPages: 255, isSyncing: false) == nil)
        #expect(!schedule.isWorthIdleTime)
        #expect(schedule.next(walPages: 256, isSyncing: false) == nil)
        #expect(schedule.isWorthIdleTime)
        schedule.takeIdleTime()
        #expect(!schedule.isWorthIdleTime)
        // The log starts anew, as all of it was written back.
        #expect(schedule.next(walPages: 4, isSyncing: false) == nil)
        #expect(!schedule.isWorthIdleTime)
        #expect(schedule.next(walPages: 300, isSyncing: false) == nil)
        #expect(schedule.isWorthIdleTime)
        // A reader held the last one up: the next is due after as much again.
        schedule.takeIdleTime()
        #expect(schedule.next(walPages: 4395, isSyncing: false) == nil)
        #expect(schedule.next(walPages: 4396, isSyncing: false) == .hold)
    }

    /// Whatever had begun when writes ceased is over with all the rest.
    @Test func idleTimeEndsWhatHadBegun() {
        var schedule = CheckpointSchedule(pagesBetween: 300)
        for (pages, step) in [(300, CheckpointStep.hold), (310, .copy), (320, .sync)] {
            #expect(schedule.next(walPages: pages, isSyncing: false) == step)
            var idle = schedule
            #expect(idle.isWorthIdleTime)
            idle.takeIdleTime()
            #expect(idle.next(walPages: pages + 1, isSyncing: true) == nil)
            #expect(idle.next(walPages: pages + 300, isSyncing: false) == .hold)
        }
    }
}
