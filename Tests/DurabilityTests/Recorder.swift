import EndToEndSupport
import Foundation

/// The library that is loaded into a server and notes what it does to its files, or makes it fail
/// (`Preload/recorder.c`).
enum Recorder {
    /// Where the test command has built it.
    static let library = ProcessInfo.processInfo.environment["MARTLET_RECORDER"]

    static let hint = "Tests/run builds the library that records, and names it in MARTLET_RECORDER"

    /// Syncs that are claimed and not made, for the controls.
    enum Drop: String {
        /// Those of commits, as `synchronous=NORMAL` has it.
        case log
        /// Those that end a checkpoint.
        case database
        /// Those that make the files' names durable.
        case folder
    }

    static func environment(
        database: String, trace: String, drop: Drop? = nil, fault: Fault? = nil
    ) -> [String: String] {
        var environment = ["RECORDER_DATABASE": database, "RECORDER_TRACE": trace]
        environment["LD_PRELOAD"] = library
        environment["RECORDER_DROP"] = drop?.rawValue
        environment["RECORDER_FAULT"] = fault?.description
        return environment
    }
}

/// A fault of some of the calls that write to the database's files or sync them.
struct Fault: CustomStringConvertible {
    enum Manner: String {
        case fail
        /// The first call does half, the others fail.
        case short
        /// The calls do nothing and report success.
        case lie
        /// The first call does half, and the process is killed.
        case kill
    }

    /// Which calls count.
    enum Calls: String {
        case writes, syncs
        /// Those to the database's own file, most of which are made when the log is written back.
        case database
        /// Syncs of that file that commits do not wait for.
        case background
        /// Writes to the log's index.
        case index
    }

    var manner: Manner
    /// errno(3) of those that fail.
    var code = EIO
    /// The first call, counted from 1.
    var first: Int
    var count = 1
    var calls: Calls

    static let forEver = 1_000_000_000

    var description: String { "\(first) \(count) \(code) \(manner.rawValue) \(calls.rawValue)" }
}

/// The folder for files that are written often and small: in memory if there is plenty. `Tests/run` names one that it
/// removes.
enum Scratch {
    static let path: String = {
        if let path = ProcessInfo.processInfo.environment["MARTLET_TEST_MEMORY"], !path.isEmpty { return path }
        let memory = "/dev/shm"
        let free = try? FileManager.default.attributesOfFileSystem(forPath: memory)[.systemFreeSize] as? NSNumber
        if let free, free.int64Value > 2 << 30, access(memory, W_OK) == 0 { return memory }
        return URL(filePath: NSTemporaryDirectory()).resolvingSymlinksInPath().path
    }()
}
