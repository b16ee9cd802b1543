import Loyalty
import Posix
import Store
import Synchronization

/// Where a running server takes commands from its owner: a socket beside the database that nobody else may use.
enum ControlSocket {
    static func path(ofDatabase path: String) -> String { path + "-control" }

    /// Longer lines are nobody's commands.
    fileprivate static let lineBytesMax = 64 * 1024
    /// How long a client may take to say what it wants, all of it.
    fileprivate static let patienceMilliseconds: Int64 = 5000
    /// How often a wait for it looks whether the server stops.
    fileprivate static let lookMilliseconds = 200
}

/// Does what owners ask for, and backs up by the clock: one thing after the other, on a thread of its own.
final class ControlServer: Sendable {
    private let listener: ListenerBox
    private let stopping = Cancellation()
    private let thread = Mutex<Thread?>(nil)

    private final class ListenerBox: Sendable {
        let listener: UnixListener

        init(path: String) throws(SystemError) { listener = try UnixListener(path: path) }
    }

    /// How often it looks at the clock, where nobody asks for anything.
    private static let waitMilliseconds: Int32 = 1000
    private static let pauseMilliseconds = 500

    /// - Parameter plan: nil where nothing is backed up by the clock.
    init(store: LoyaltyStore, plan: BackupPlan?, log: Log) throws(SystemError) {
        listener = try ListenerBox(path: ControlSocket.path(ofDatabase: store.path))
        thread.withLock { thread in
            thread = Thread(name: "control") { [self] in serve(store, plan, log) }
        }
    }

    /// Takes no further commands, has the one that is under way give up, and returns when it has.
    func stop() {
        stopping.cancel()
        listener.listener.end()
        let thread = thread.withLock { thread in
            let taken = thread
            thread = nil
            return taken
        }
        thread?.join()
    }

    private func serve(_ store: LoyaltyStore, _ plan: BackupPlan?, _ log: Log) {
        var backups = plan.map { ScheduledBackups($0, store, until: stopping, log) }
        while !stopping.isCancelled {
            backups?.backUpIfDue()
            do throws(SystemError) {
                let client = try listener.listener.accept(withinMilliseconds: Self.waitMilliseconds)
                if let client { try serve(client, store, log) }
            } catch {
                log.debug("A command from the control socket was not answered: \(error)")
                // Where no descriptor is left, asking again at once would spin.
                pause()
            }
        }
    }

    private func pause() {
        let end = SystemClock.monotonicMilliseconds() + Int64(Self.pauseMilliseconds)
        while !stopping.isCancelled, SystemClock.monotonicMilliseconds() < end { sleepBriefly() }
    }

    private func serve(_ client: borrowing UnixSocket, _ store: LoyaltyStore, _ log: Log) throws(SystemError) {
        try client.limitWaiting(milliseconds: ControlSocket.lookMilliseconds)
        var lines = LineReader()
        guard let line = try lines.next(from: client, until: stopping), let command = OwnerCommand(line: line) else {
            return
        }
        log.info("the owner asks for: \(command.summary)")
        // Whoever asked may have gone; what was begun is done all the same.
        // Progress goes out only where it is read: a client that was stopped holds up nothing.
        var isRead = true
        let outcome = command.run(on: store, until: stopping, now: SystemClock.monotonicMilliseconds) { text in
            if isRead { isRead = client.sendWithoutWaiting(OwnerReply.progress(text).line) }
        }
        guard isRead else { return }
        log.info(outcome.summary)
        try client.send(OwnerReply.done(outcome).line)
    }
}

/// Asks a running server.
enum ControlClient {
    /// Throws where nobody listens, or the server ends before it has answered.
    static func run(
        _ command: OwnerCommand, onDatabase path: String, progress: (String) -> Void
    ) throws(SystemError) -> OwnerCommand.Outcome? {
        let server = try UnixSocket(connectingTo: ControlSocket.path(ofDatabase: path))
        try server.send(command.line)
        var lines = LineReader()
        while let line = try lines.next(from: server) {
            switch OwnerReply(line: line) {
            case .progress(let text): progress(text)
            case .done(let outcome): return outcome
            case nil: return nil
            }
        }
        return nil
    }
}

/// Takes lines from a socket.
private struct LineReader {
    private var received: [UInt8] = []

    /// The next line without its end; nil where there is none any more, where it is too long, or where it does not come in
    /// time; without `cancellation` there is time for ever.
    mutating func next(
        from socket: borrowing UnixSocket, until cancellation: Cancellation? = nil
    ) throws(SystemError) -> [UInt8]? {
        let end = SystemClock.monotonicMilliseconds() + ControlSocket.patienceMilliseconds
        while true {
            if let cancellation, cancellation.isCancelled || SystemClock.monotonicMilliseconds() > end { return nil }
            if let end = received.firstIndex(of: 0x0A) {
                let line = Array(received[..<end])
                received.removeFirst(end + 1)
                return line
            }
            guard received.count < ControlSocket.lineBytesMax else { return nil }
            switch try socket.receive(bytesMax: 4096) {
            case .bytes(let bytes): received += bytes
            case .nothingYet: continue
            case .end: return nil
            }
        }
    }
}
