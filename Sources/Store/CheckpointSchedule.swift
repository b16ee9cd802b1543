import SQLite

/// When the log's pages are written back into the file, decided from the log's length alone.
struct CheckpointSchedule {
    /// How much the log grows from one checkpoint to the next.
    let pagesBetween: Int
    /// The length at which a checkpoint waits for readers, because the log starts anew only when none reads from it.
    let pagesMax: Int

    /// What is worth syncing the file for where nobody is waiting: 1 MiB at 4 KiB a page.
    private static let pagesWorthIdleTime = 256

    private var dueAt: Int
    /// The length up to which the log was written back, or tried to be.
    private var triedLength = 0
    private var lastLength = 0

    init(pagesBetween: Int) {
        precondition(pagesBetween > 0, "a checkpoint has something to do")
        self.pagesBetween = pagesBetween
        pagesMax = pagesBetween * 3
        dueAt = pagesBetween
    }

    /// What is due after a commit that left so many pages in the log.
    ///
    /// Asking for `pagesBetween` since the last checkpoint, and not for a log that long, keeps one that a reader holds up
    /// from being tried again at each commit: each try syncs twice.
    mutating func due(walPages: Int) -> CheckpointMode? {
        precondition(walPages >= 0, "a log has a length")
        if walPages < lastLength {
            // It has started anew.
            dueAt = pagesBetween
            triedLength = 0
        }
        lastLength = walPages
        guard walPages >= dueAt else { return nil }
        dueAt = walPages + pagesBetween
        triedLength = walPages
        return walPages >= pagesMax ? .restart : .passive
    }

    /// Whether enough was written since the last checkpoint for one more while nobody writes.
    var isWorthIdleTime: Bool { lastLength - triedLength >= Self.pagesWorthIdleTime }

    /// What is done with the time in which nobody writes.
    mutating func takeIdleTime() -> CheckpointMode {
        precondition(isWorthIdleTime, "there is something to write back")
        triedLength = lastLength
        dueAt = lastLength + pagesBetween
        return .passive
    }
}
