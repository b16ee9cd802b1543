import SQLite

/// What is done next to write the log's pages back into the file; ``Checkpointer`` tells why there are so many steps.
enum CheckpointStep: Equatable, Sendable {
    /// A reader takes its place at the log's end, which the next commit moves on.
    case hold
    /// The pages up to that reader are copied, and the reader goes.
    case copy
    /// The file's sync begins.
    case sync
    /// What is left is copied and synced, so that the log may start anew.
    case complete(CheckpointMode)
}

/// When the log's pages are written back into the file, decided from the log's length and from whether a sync is under way.
struct CheckpointSchedule {
    /// How much the log grows from one checkpoint to the next.
    private let pagesBetween: Int
    /// The length at which a checkpoint waits for readers, because the log starts anew only when none reads from it.
    private let pagesForRestart: Int
    /// The length at which it waits for a sync that is under way too, so that a slow disk doesn't let the log grow for ever.
    private let pagesMax: Int

    /// What is worth syncing the file for where nobody is waiting: 1 MiB at 4 KiB a page.
    private static let pagesWorthIdleTime = 256

    private enum Phase {
        case growing, held, copied, syncing
    }

    private var phase = Phase.growing
    private var dueAt: Int
    /// The length up to which the log was written back, or tried to be.
    private var triedLength = 0
    private var lastLength = 0

    init(pagesBetween: Int) {
        precondition(pagesBetween > 0, "a checkpoint has something to do")
        self.pagesBetween = pagesBetween
        pagesForRestart = pagesBetween * 2
        pagesMax = pagesBetween * 7 / 2
        dueAt = pagesBetween
    }

    /// What is due after a commit that left so many pages in the log: one step a commit, so that those who wait for the next
    /// one wait for one step.
    ///
    /// Asking for `pagesBetween` since the last checkpoint, and not for a log that long, keeps one that a reader holds up
    /// from being tried again at each commit. A commit that wrote nothing has not moved the log's end, and is none here.
    mutating func next(walPages: Int, isSyncing: Bool) -> CheckpointStep? {
        precondition(walPages >= 0, "a log has a length")
        guard walPages != lastLength else { return nil }
        // It has started anew, by another's checkpoint perhaps: a round that has begun goes on to its end in any case.
        if walPages < lastLength { noteCheckpoint(at: 0) }
        lastLength = walPages
        switch phase {
        case .growing:
            guard walPages >= dueAt else { return nil }
            phase = .held
            return .hold
        case .held:
            phase = .copied
            return .copy
        case .copied:
            phase = .syncing
            return .sync
        case .syncing:
            guard !isSyncing || walPages >= pagesMax else { return nil }
            phase = .growing
            noteCheckpoint(at: walPages)
            return .complete(walPages >= pagesForRestart ? .restart : .passive)
        }
    }

    /// Whether enough was written since the last checkpoint for one more while nobody writes.
    var isWorthIdleTime: Bool { lastLength - triedLength >= Self.pagesWorthIdleTime }

    /// All is written back in time in which nobody writes, whatever had begun.
    mutating func takeIdleTime() {
        precondition(isWorthIdleTime, "there is something to write back")
        phase = .growing
        noteCheckpoint(at: lastLength)
    }

    private mutating func noteCheckpoint(at length: Int) {
        triedLength = length
        dueAt = length + pagesBetween
    }
}
