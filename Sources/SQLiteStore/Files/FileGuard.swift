import Loyalty
import Posix
import SQLite

/// Notices before the next acknowledgement that a file of the database was removed or replaced, or changed without
/// SQLite. It is confined to the writer's thread.
///
/// A copy into a file that is open (`cp other.db martlet.db`) leaves the file in its place, so the content has to be
/// watched. To read all of it at each look would take too long, and the file's times alone prove nothing: backup
/// programs, chmod(1) and touch(1) change them too. So each file is watched by what is known of it:
/// 1. Only checkpoints write to the database, and a checkpoint is visible in the log's index. Any other write is a
///    fault (``FileWatch`` tells a write from a touch).
/// 2. The log grows with each commit. Its checksums chain all frames, up to the one that the index names. The chain is
///    read again if a program opened the log, or if its state is another one than after the last commit.
/// 3. Connections change the index in memory, and write to its file only to prolong it. It never goes back to an
///    earlier position of the same log.
///
/// Two limits remain. A foreign write into the middle of the database during one of the server's own checkpoints can't
/// be told from the checkpoint's writes, and causes a warning only. Without inotify(7), a foreign write into the
/// database is noticed only if its size or its first 100 bytes change.
final class FileGuard {
    /// The server's own write that a look comes after.
    enum OwnWrite {
        case none, commit, checkpoint
    }

    private let places: FilePlaces
    private let database: Database
    private let log: Log
    private var watch: WatchedFiles?
    /// The files as the last look left them.
    private var states = FilePlaces.States()
    private var position: LogPosition?
    /// The end of the last log that had frames; `nil` if there was none yet.
    private var knownLog: LogPosition?
    private var header: [UInt8] = []
    /// True while another program writes the log back.
    private var isForeignCheckpointUnderWay = false
    /// True if the log changed while the index had no position to compare it with.
    private var isLogSuspect = false
    /// True if the last look followed a checkpoint.
    private var isAfterCheckpoint = false
    /// True if the last look saw another program's checkpoint, whose last write may be reported now.
    private var isAfterForeignCheckpoint = false
    /// True if the index was longer at the last look than before, which may be reported now.
    private var isAfterGrowthOfIndex = false
    private var lookedAt: Int64 = 0

    /// If the last look was this short a time ago, a look before a batch examines only the log. A path that leads to
    /// another file is then noticed after the commit.
    private static let freshNanoseconds: Int64 = 50_000
    /// The number of times that a suspicion is examined before it is a fault. Events, states and index are read one
    /// after another, and another program may write through SQLite in between.
    private static let examinationsMax = 3
    /// The number of times that the log is read if it changes meanwhile.
    private static let readsMax = 3

    /// Begins to watch; the files are taken as they are.
    init(_ places: FilePlaces, of database: Database, watchesFiles: Bool, log: Log) {
        self.places = places
        self.database = database
        self.log = log
        do throws(SystemError) {
            watch = watchesFiles ? try WatchedFiles(places) : nil
        } catch {
            log.warning(
                "The database's files can't be watched (\(error)): if another program writes into them, that is noticed only if their "
                    + "first bytes or their sizes change. See fs.inotify.max_user_instances in inotify(7).")
        }
        guard case .inPlace(let states) = places.look() else { return }
        self.states = states
        position = database.logPosition
        header = database.fileHeader
    }

    /// Looks before a batch is written.
    func lookBeforeBatch() -> FileFault? {
        if SystemClock.monotonicNanoseconds() - lookedAt < Self.freshNanoseconds,
            case .inPlace(let state) = places.log.find(),
            state == states.log
        {
            return nil
        }
        return look(after: .none)
    }

    /// Looks at everything. What the server wrote itself since the last look is expected.
    func look(after ownWrite: OwnWrite) -> FileFault? {
        let followsCheckpoint = ownWrite == .checkpoint || isAfterCheckpoint
        isAfterCheckpoint = ownWrite == .checkpoint
        var events = WatchedFiles.Events()
        var examinations = 0
        while true {
            if let later = watch?.take() { events.add(later) }
            lookedAt = SystemClock.monotonicNanoseconds()
            switch places.look() {
            case .fault(let fault): return fault
            case .inPlace(let found):
                guard let fault = compare(found, events, ownWrite, followsCheckpoint) else { return nil }
                examinations += 1
                if examinations == Self.examinationsMax { return fault }
            }
            sleepBriefly()
        }
    }

    private func compare(
        _ found: FilePlaces.States, _ events: WatchedFiles.Events, _ ownWrite: OwnWrite, _ followsCheckpoint: Bool
    ) -> FileFault? {
        let now = database.logPosition
        let isIndexChanged = isIndexChanged(found, now, events)
        // An index that can't be trusted excuses nothing.
        if isDatabaseChanged(found, isIndexChanged ? position : now, events, ownWrite, followsCheckpoint) {
            return .databaseChanged("\(places.database.path) was written to by another program")
        }
        if isIndexChanged {
            guard let position, !database.logHolds(position, since: nil) else {
                return .indexChanged("\(places.index.path) was written to by another program")
            }
            return .logChanged("\(places.log.path) was written to by another program")
        }
        guard let log = found.log else { return nil }
        guard isLogWhole(log, now, events, ownWrite) else {
            return .logChanged("\(places.log.path) was written to by another program")
        }
        isAfterGrowthOfIndex = found.index?.bytes ?? 0 > states.index?.bytes ?? 0
        states = found
        if let now {
            if now.frameCount > 0 { knownLog = now }
            if ownWrite == .checkpoint || position.map({ now.hasOtherBackfill(than: $0) }) ?? true {
                header = database.fileHeader
            }
            position = now
        }
        return nil
    }

    private func isDatabaseChanged(
        _ found: FilePlaces.States, _ now: LogPosition?, _ events: WatchedFiles.Events, _ ownWrite: OwnWrite,
        _ followsCheckpoint: Bool
    ) -> Bool {
        if followsCheckpoint, isOpenedByStranger(events) { return true }
        if ownWrite == .checkpoint { return false }
        if let now, hasForeignCheckpoint(now, events, ownWrite) {
            isAfterForeignCheckpoint = true
            return false
        }
        defer { isAfterForeignCheckpoint = false }
        if isAfterForeignCheckpoint, found.database?.bytes == states.database?.bytes { return false }
        guard let found = found.database, let left = states.database else { return false }
        if found.bytes != left.bytes { return true }
        if events.database.contains(.written) { return !isTouch(found, events) }
        let isWatched = watch != nil && events.areComplete
        return !isWatched && found.modifiedAt != left.modifiedAt && header != database.fileHeader
    }

    /// Returns true if the index shows that another program wrote frames back since the last look, or is about to.
    private func hasForeignCheckpoint(
        _ now: LogPosition, _ events: WatchedFiles.Events, _ ownWrite: OwnWrite
    ) -> Bool {
        let isOther =
            if let position {
                now.hasOtherBackfill(than: position)
            } else {
                // The index is new since the last look: so is everything that it shows, but for the server's commit.
                // The server's commit leaves frames in the log, and opens no file. If another program opened the log,
                // it may have begun the log and written it back before that commit.
                ownWrite == .none || now.backfillTried > 0 || now.frameCount == 0 || isLogSuspect
                    || !events.log.isEmpty
            }
        if isOther { isForeignCheckpointUnderWay = true }
        defer { if now.backfilled == now.backfillTried { isForeignCheckpointUnderWay = false } }
        return isOther || isForeignCheckpointUnderWay
    }

    /// Returns true if `touch -m -d` can explain the one write that was reported. A write leaves both times equal; a
    /// program that writes and then sets the time (`cp -p`, `rsync --inplace`) causes a second write or a change of
    /// attributes.
    private func isTouch(_ found: FileState, _ events: WatchedFiles.Events) -> Bool {
        events.databaseWrites == 1 && !events.database.contains(.attributesChanged)
            && found.modifiedAt != found.changedAt && header == database.fileHeader
    }

    /// Returns true if another program had the database open for writing during a checkpoint, and the fixed part of its
    /// header has changed. In all other cases a warning has to do: two programs that write at the same time can't be
    /// told apart afterwards, and touch(1) opens a file for writing, too. Programs that use SQLite are recognised
    /// because they open the log as well.
    private func isOpenedByStranger(_ events: WatchedFiles.Events) -> Bool {
        guard events.database.contains(.closedAfterWriting), !events.log.contains(.closedAfterWriting) else {
            return false
        }
        // A young database has no header before its first checkpoint.
        if !header.isEmpty, database.fileHeader.prefix(Self.fixedHeaderBytes) != header.prefix(Self.fixedHeaderBytes) {
            return true
        }
        log.warning(
            "Another program had \(places.database.path) open for writing while the server wrote to it. If it did write, restore the "
                + "last backup.")
        return false
    }

    /// The format's name, the size of pages and the formats' versions (sqlite.org/fileformat.html, section 1.3).
    private static let fixedHeaderBytes = 24

    /// Connections change the index through their mappings of it, and write to the file only to prolong it.
    private func isIndexChanged(_ found: FilePlaces.States, _ now: LogPosition?, _ events: WatchedFiles.Events) -> Bool
    {
        if events.index.contains(.written), !isAfterGrowthOfIndex, let found = found.index, let left = states.index,
            found.bytes <= left.bytes
        {
            return true
        }
        guard let now, let position else { return false }
        return !now.mayFollow(position)
    }

    private func isLogWhole(
        _ log: FileState, _ now: LogPosition?, _ events: WatchedFiles.Events, _ ownWrite: OwnWrite
    ) -> Bool {
        guard let now else {
            if log != states.log || !events.log.isEmpty { isLogSuspect = true }
            return true
        }
        guard log.bytes >= now.bytes else { return database.logPosition != now }
        let isOwn = ownWrite == .commit || log == states.log && (position.map { now.isSameEnd(as: $0) } ?? true)
        if isOwn, !isLogSuspect, events.log.isEmpty, events.index.isEmpty, events.areComplete { return true }
        if now.frameCount == 0 {
            return isEmptyLogHarmless(now)
        }
        for _ in 0..<Self.readsMax {
            guard let before = database.logPosition else { return true }
            if database.logHolds(before, since: position) {
                isLogSuspect = false
                return true
            }
            guard database.logPosition != before else { return false }
        }
        return true
    }

    /// Returns true if a recovery would change nothing, although the log's file may not be as empty as the index says.
    ///
    /// SQLite starts the log over in the index first, and writes the new header with the first frame of the next
    /// transaction. So the file may have the log that was written back into the database, or frames of a transaction
    /// that is not committed. The end of a transaction in any other log would be put into the database.
    private func isEmptyLogHarmless(_ now: LogPosition) -> Bool {
        guard let start = database.logStart else { return true }
        if let knownLog {
            if start == knownLog.start { return database.logHolds(knownLog, since: nil) }
            // Another program has begun this log, and has written it back.
            if start.isBetween(knownLog.start, now.start) { return true }
        }
        return start == now.start || !database.logHasTransaction
    }
}
