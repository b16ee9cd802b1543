import SQLite

/// A step of writing the log's pages back into the file; ``Checkpointer`` explains the steps.
enum CheckpointStep: Equatable, Sendable {
    /// Opens a read transaction at the log's end. The next commit extends the log beyond it.
    case hold
    /// Copies the pages up to that reader, and ends the reader.
    case copy
    /// Begins the file's sync on another thread.
    case sync
    /// Copies and syncs the remaining pages, so that the log may start over.
    case complete(CheckpointMode)
}

/// Decides when the log's pages are written back into the file, from the log's length and from whether a sync is in
/// progress.
struct CheckpointSchedule {
    /// The growth of the log from one checkpoint to the next.
    private let pagesBetween: Int
    /// The length at which a checkpoint waits for readers, because the log starts over only when no reader uses it.
    private let pagesForRestart: Int
    /// The length at which a checkpoint also waits for a sync in progress, so that a slow disk cannot make the log grow
    /// without bound.
    private let pagesMax: Int

    /// The growth that is worth a sync of the file when no write waits: 1 MiB at 4 KiB a page.
    private static let pagesWorthIdleTime = 256

    private enum Phase {
        case growing, held, copied, syncing
    }

    private var phase = Phase.growing
    private var dueAt: Int
    /// The length up to which the last checkpoint wrote the log back, or tried to.
    private var triedLength = 0
    private var lastLength = 0

    init(pagesBetween: Int) {
        precondition(pagesBetween > 0, "pagesBetween must be positive")
        self.pagesBetween = pagesBetween
        pagesForRestart = pagesBetween * 2
        pagesMax = pagesBetween * 7 / 2
        dueAt = pagesBetween
    }

    /// Returns the step to take after a commit that left `walPages` pages in the log, or `nil`. There is at most one
    /// step per commit, so the next commit waits for at most one.
    ///
    /// The schedule counts pages since the last checkpoint rather than the length of the log; otherwise a checkpoint
    /// that a slow reader blocks would be repeated after every commit. Commits that wrote nothing are ignored.
    mutating func next(walPages: Int, isSyncing: Bool) -> CheckpointStep? {
        precondition(walPages >= 0, "a log's length must not be negative")
        guard walPages != lastLength else { return nil }
        // The log has started over, perhaps through another program's checkpoint. A round in progress still runs to its
        // end.
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

    /// True if the log has grown enough since the last checkpoint for another one in idle time.
    var isWorthIdleTime: Bool { lastLength - triedLength >= Self.pagesWorthIdleTime }

    /// Notes that idle time was used to write everything back, and abandons a round in progress.
    mutating func takeIdleTime() {
        precondition(isWorthIdleTime, "isWorthIdleTime must be true")
        phase = .growing
        noteCheckpoint(at: lastLength)
    }

    private mutating func noteCheckpoint(at length: Int) {
        triedLength = length
        dueAt = length + pagesBetween
    }
}
