import SQLite

/// When the log's pages are written back into the file, decided from the log's length alone.
struct CheckpointSchedule {
    /// How much the log grows from one checkpoint to the next.
    let pagesBetween: Int
    /// The length at which a checkpoint waits for readers, because the log starts anew only when none reads from it.
    let pagesMax: Int

    private var dueAt: Int
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
        }
        lastLength = walPages
        guard walPages >= dueAt else { return nil }
        dueAt = walPages + pagesBetween
        return walPages >= pagesMax ? .restart : .passive
    }
}
