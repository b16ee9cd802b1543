import Posix

/// The kernel's watch over the three files of a database.
final class WatchedFiles {
    /// The events of each file since the last question.
    struct Events {
        var database: FileWatch.Events = []
        /// The number of times that the kernel reported ``FileWatch/Events/written`` for the database. It merges such
        /// events until it reports another one.
        var databaseWrites = 0
        var log: FileWatch.Events = []
        var index: FileWatch.Events = []
        /// False if the kernel has lost some.
        var areComplete = true

        mutating func add(_ later: Events) {
            database.formUnion(later.database)
            databaseWrites += later.databaseWrites
            log.formUnion(later.log)
            index.formUnion(later.index)
            areComplete = areComplete && later.areComplete
        }
    }

    private var watch: FileWatch
    private let database: FileWatch.Target
    private let log: FileWatch.Target
    private let index: FileWatch.Target

    init(_ places: FilePlaces) throws(SystemError) {
        let watch = try FileWatch()
        // Readers of this process open the database too, but not to write.
        database = try watch.add(path: places.database.path, [.written, .closedAfterWriting, .attributesChanged])
        // Each commit writes to the log, and an event for each write would be costly.
        log = try watch.add(path: places.log.path, [.opened, .closedAfterWriting])
        index = try watch.add(path: places.index.path, [.opened, .written, .closedAfterWriting])
        self.watch = watch
    }

    func take() -> Events {
        var events = Events()
        events.areComplete = watch.take { [database, log, index] target, event in
            if target == database {
                events.database.formUnion(event)
                if event.contains(.written) { events.databaseWrites += 1 }
            }
            if target == log { events.log.formUnion(event) }
            if target == index { events.index.formUnion(event) }
        }
        return events
    }
}
