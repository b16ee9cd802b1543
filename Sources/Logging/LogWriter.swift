import Front
import Posix
import Synchronization

/// Takes log lines from any thread and writes them on its own thread, so that no thread waits for the reader of the
/// log. Lines that arrive faster than they are written are dropped, and their number is logged.
package final class LogWriter: Sendable {
    private enum Item: Sendable {
        case line(String)
        /// A mark in the queue: every line before it is written.
        case mark(BlockingQueue<Bool>)
    }

    /// The most lines in the queue, of 9 KiB at most.
    static let waitingLinesMax = 4096
    /// The part of them that is reserved for warnings and errors.
    static let waitingLinesOfTrouble = 256
    private static let linesAtOnceMax = 64
    private static let flushMilliseconds = 1000

    private let queue = BlockingQueue<Item>(capacity: LogWriter.waitingLinesMax)
    private let level: Atomic<Int>
    private let isJSON: Atomic<Bool>
    private let isTerminal: Bool
    private let untoldDrops = Atomic<Int>(0)
    private let drops = Atomic<Int>(0)
    private let thread = Mutex<Thread?>(nil)

    /// - Parameters:
    ///   - isTerminal: true if the log is written to a terminal.
    ///   - write: writes whole lines, and may block.
    package init(_ settings: LogSettings, isTerminal: Bool, write: @escaping @Sendable (String) -> Void) {
        level = Atomic(settings.level.rawValue)
        isJSON = Atomic(settings.format.isJSON(onTerminal: isTerminal))
        self.isTerminal = isTerminal
        thread.withLock { thread in
            thread = Thread(name: "log") { [self] in self.write(write) }
        }
    }

    /// Writes to stderr.
    package convenience init(_ settings: LogSettings) {
        self.init(settings, isTerminal: StandardStream.error.isTerminal) { StandardStream.error.write($0) }
    }

    /// The log of this writer, for every part of the program.
    package var log: Log {
        Log(
            waitUntilWritten: { [self] in _ = flush() },
            write: { [self] level, message in
                guard isWanted(level) else { return }
                put(level) { LogLine(level, message, at: SystemClock.wallMilliseconds()) }
            })
    }

    /// The line of a server that ends because a mapped file was cut, with ``CutMapping/placeholder`` for its time.
    package var lineOfCutMapping: String {
        let line = LogLine(
            .error,
            "A file that the server has mapped into memory was cut by another program, most likely the database's index, whose name "
                + "ends in -shm. The server ends here. What was acknowledged is in the database and its log: start it again.",
            at: 0)
        return text(of: line)
    }

    /// Applies settings to the lines from now on.
    package func apply(_ settings: LogSettings) {
        level.store(settings.level.rawValue, ordering: .relaxed)
        isJSON.store(settings.format.isJSON(onTerminal: isTerminal), ordering: .relaxed)
    }

    /// True if the log was written to a terminal that has closed.
    package var hasLostTerminal: Bool { isTerminal && !StandardStream.error.isTerminal }

    /// The number of lines that were dropped since the start.
    package var droppedCount: Int { drops.load(ordering: .relaxed) }

    /// Waits until every line so far is written. Returns false if that takes longer than a second.
    @discardableResult
    package func flush() -> Bool {
        let written = BlockingQueue<Bool>(capacity: 1)
        let end = SystemClock.monotonicMilliseconds() + Int64(Self.flushMilliseconds)
        // A full queue has room soon, or never.
        while !queue.put(.mark(written)) {
            guard SystemClock.monotonicMilliseconds() < end else { return false }
            sleepBriefly()
        }
        let left = max(0, end - SystemClock.monotonicMilliseconds())
        return written.takeSeveral(limit: 1, withinMilliseconds: Int(left)) == [true]
    }

    /// Writes the remaining lines and takes no more. If the log's reader blocks, the thread is left waiting, because
    /// the process ends.
    package func stop() {
        let isWritten = flush()
        queue.close()
        guard isWritten else { return }
        thread.withLock { thread in
            thread?.join()
            thread = nil
        }
    }

    private func isWanted(_ level: Log.Level) -> Bool { level.rawValue >= self.level.load(ordering: .relaxed) }

    /// Puts a line into the queue, or drops it.
    ///
    /// - Parameter line: is called only if there is room, so that a thread whose lines are dropped does not spend its
    ///   time on them.
    func put(_ level: Log.Level, _ line: () -> LogLine) {
        let waitingMax = Self.waitingLinesMax - (level >= .warning ? 0 : Self.waitingLinesOfTrouble)
        guard queue.count < waitingMax, queue.put(.line(text(of: line()))) else {
            untoldDrops.add(1, ordering: .relaxed)
            drops.add(1, ordering: .relaxed)
            return
        }
    }

    private func text(of line: LogLine) -> String { isJSON.load(ordering: .relaxed) ? line.json : line.text }

    /// The body of the thread.
    private func write(_ write: (String) -> Void) {
        while let items = queue.takeSeveral(limit: Self.linesAtOnceMax) {
            var lines = ""
            for item in items {
                switch item {
                case .line(let line): lines += line
                case .mark(let written):
                    if !lines.isEmpty { write(lines) }
                    lines = ""
                    _ = written.put(true)
                }
            }
            if !lines.isEmpty { write(lines) }
            let dropped = untoldDrops.exchange(0, ordering: .relaxed)
            if dropped > 0 {
                let line = LogLine(
                    .warning, "\(dropped) lines of the log were dropped here: they came too fast to be written",
                    at: SystemClock.wallMilliseconds())
                write(text(of: line))
            }
        }
    }
}

extension LogWriter: RequestLog {
    package var isEnabled: Bool { isWanted(.request) }

    package func write(_ record: RequestRecord) {
        put(.request) { LogLine(record, at: SystemClock.wallMilliseconds()) }
    }
}
