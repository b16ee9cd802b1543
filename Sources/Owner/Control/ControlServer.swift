import CommandLine
import JSON
import Loyalty
import Posix
import Storage
import Synchronization
import Text

/// Performs the operations that owners ask for over the control socket. Quick operations run one after the other on a
/// first thread; long ones, such as those that read the whole file, run on a second one, which also makes the scheduled
/// backups.
package final class ControlServer: Sendable {
    private let listener: Mutex<ListenerBox>
    private let path: String
    private let store: any Storage
    private let pool: OwnersPool?
    private let plan: BackupPlan?
    /// The state of scheduled backups; `nil` if there are none.
    package let backups: BackupStatus?
    private let log: Log
    private let stopping = Cancellation()
    private let longRequests = BlockingQueue<ControlRequest>(capacity: longRequestsMax)
    /// The requests for long operations that wait or are under way.
    private let unfinished = Mutex<[ControlRequest]>([])
    private let reserve: Mutex<DescriptorReserve>
    private let threads = Mutex<[Thread]>([])

    private final class ListenerBox: Sendable {
        let listener: UnixListener

        init(path: String) throws(SystemError) { listener = try UnixListener(path: path) }
    }

    /// While no client comes, each thread checks this often whether the server stops and whether a backup is due.
    private static let waitMilliseconds = 1000
    private static let pauseMilliseconds = 500
    /// The largest number of long operations that wait for one another.
    private static let longRequestsMax = 8
    /// The number of descriptors in reserve: for a client, the files of a database, a backup and the system's list of
    /// users.
    private static let reserveCount = 16
    /// The number of attempts to accept a client after the reserve was released. Event loops that found no descriptor
    /// rest meanwhile, so they take hardly any of it.
    private static let reserveTriesMax = 3

    /// - Parameters:
    ///   - path: the path of the socket.
    ///   - plan: when to back up; `nil` if there are no scheduled backups.
    ///   - pool: the accrual pipeline; `nil` if there is none.
    package init(
        path: String, store: any Storage, plan: BackupPlan?, pool: OwnersPool?, log: Log
    ) throws(SystemError) {
        listener = Mutex(try ListenerBox(path: path))
        reserve = Mutex(DescriptorReserve(count: Self.reserveCount))
        self.path = path
        self.store = store
        self.pool = pool
        self.plan = plan
        backups = plan.map { _ in BackupStatus() }
        self.log = log
        threads.withLock { threads in
            threads = [
                Thread(name: "control") { [self] in listen() },
                Thread(name: "maintenance") { [self] in runLongRequests(plan) },
            ]
        }
    }

    /// Takes no further operations, stops those under way, and returns once they have ended.
    package func stop() {
        stopping.cancel()
        longRequests.close()
        listener.withLock { $0.listener.end() }
        let threads = threads.withLock { threads in
            let taken = threads
            threads = []
            return taken
        }
        for thread in threads { thread.join() }
    }

    private func listen() {
        var aliveAt = SystemClock.monotonicMilliseconds()
        while !stopping.isCancelled {
            let now = SystemClock.monotonicMilliseconds()
            if now - aliveAt >= ControlSocket.aliveMilliseconds {
                aliveAt = now
                for request in unfinished.withLock({ $0 }) { request.sendAlive() }
            }
            do throws(SystemError) {
                try serveNext()
            } catch {
                log.debug("a command from the control socket was not answered: \(error)")
                // With no descriptor left, accepting would fail again at once.
                pause()
            }
        }
    }

    /// Listens again if the name of the socket was removed, perhaps together with the database. The owner has no other
    /// way to a database that only this process still has open.
    private func renewNames() {
        store.renewNames()
        listener.withLock { box in
            guard box.listener.isNameGone, !stopping.isCancelled,
                let renewed = try? ListenerBox(path: path)
            else { return }
            box = renewed
        }
    }

    /// Serves a client if one comes in time. If no descriptor is left, the client gets one of the reserve, so that the
    /// owner can give commands even when connections have taken all other descriptors.
    private func serveNext() throws(SystemError) {
        let box = listener.withLock { $0 }
        do throws(SystemError) {
            let client = try box.listener.accept(withinMilliseconds: Int32(Self.waitMilliseconds))
            if let client { try serve(client) } else { renewNames() }
        } catch {
            guard error.isOutOfDescriptors else { throw error }
            try serveFromReserve(box)
        }
    }

    private func serveFromReserve(_ box: ListenerBox) throws(SystemError) {
        reserve.withLock { $0.giveUp() }
        defer { reserve.withLock { $0.takeBack() } }
        for attempt in 1...Self.reserveTriesMax {
            do throws(SystemError) {
                if let client = try box.listener.accept(withinMilliseconds: 0) { try serve(client) }
                return
            } catch {
                guard error.isOutOfDescriptors, attempt < Self.reserveTriesMax else { throw error }
                sleepBriefly()
            }
        }
    }

    private func pause() {
        let end = SystemClock.monotonicMilliseconds() + Int64(Self.pauseMilliseconds)
        while !stopping.isCancelled, SystemClock.monotonicMilliseconds() < end { sleepBriefly() }
    }

    private func serve(_ client: consuming UnixSocket) throws(SystemError) {
        try client.limitWaiting(milliseconds: ControlSocket.lookMilliseconds)
        var lines = LineReader(
            lineBytesMax: ControlSocket.lineBytesMax, bytesMax: ControlSocket.lineBytesMax)
        let next = try lines.next(
            from: client, withinMilliseconds: ControlSocket.commandMilliseconds, until: stopping)
        guard case .line(let line) = next else { return }
        try client.limitWaiting(milliseconds: ControlSocket.sendMilliseconds)
        guard let operation = OperationLine.operation(line) else {
            let reason = "the server does not know this command; is it of another version?"
            return try client.send(OwnerReply.done(.failure(ExitStatus.unavailable, reason)).line)
        }
        let peer = try client.peerUserID()
        // Root names the account that it asks for: with sudo that is another one.
        let author = (peer == 0 ? OperationLine.author(line) : nil) ?? SystemUser.name(of: peer)
        log.info("\(author) asks for: \(operation.summary)")
        let request = ControlRequest(operation, by: author, client)
        guard type(of: operation).isLong else { return try run(request) }
        unfinished.withLock { $0.append(request) }
        if !longRequests.put(request) {
            finish(request)
            let reason = "too many long commands wait for one another already"
            try request.end(OwnerReply.done(.failure(ExitStatus.unavailable, reason)).line)
        }
    }

    /// Answers every request for a long operation with the same result until the server stops.
    private func refuseLongRequests(_ result: CommandResult) {
        while let taken = longRequests.takeSeveral(limit: 1) {
            for request in taken {
                finish(request)
                try? request.end(OwnerReply.done(result).line)
            }
        }
    }

    private func finish(_ request: ControlRequest) {
        unfinished.withLock { $0.removeAll { $0 === request } }
    }

    private func runLongRequests(_ plan: BackupPlan?) {
        let database: any StoreMaintenance
        do throws(StoreError) {
            database = try store.makeMaintenance()
        } catch {
            log.error("the database can be neither backed up nor checked while the server runs: \(error)")
            return refuseLongRequests(.failure(ExitStatus.unavailable, error.description))
        }
        var scheduled = plan.flatMap { plan in backups.map { ScheduledBackups(plan, $0, until: stopping, log) } }
        while !stopping.isCancelled {
            if !store.hasFileFault { scheduled?.backUpIfDue(database) }
            guard let taken = longRequests.takeSeveral(limit: 1, withinMilliseconds: Self.waitMilliseconds) else {
                return
            }
            for request in taken {
                do throws(SystemError) {
                    defer { finish(request) }
                    try run(request, on: database)
                } catch {
                    log.debug("a command from the control socket was not answered: \(error)")
                }
            }
        }
    }

    private func run(_ request: ControlRequest, on database: (any StoreMaintenance)? = nil) throws(SystemError) {
        let operation = request.operation
        // An answer is at most a page.
        var rows: [UInt8] = []
        let result = result(of: operation, request.author, on: database) { reply in
            switch reply {
            case .progress: request.send(reply.line)
            case .row, .done: rows += reply.line
            }
        }
        let isLogged = type(of: operation).isChange || type(of: operation).isLong
        if isLogged, !result.summary.isEmpty { log.info(result.summary.oneLine) }
        try request.end(rows + OwnerReply.done(result).line)
    }

    private func result(
        of operation: any OwnerOperation, _ author: String, on database: (any StoreMaintenance)?,
        _ reply: (OwnerReply) -> Void
    ) -> CommandResult {
        if let operation = operation as? any FileOperation {
            guard let database else { preconditionFailure("an operation on the file must be long") }
            do throws(StoreError) {
                return try operation.run(on: database, until: stopping, reply: reply)
            } catch {
                return CommandResult(error)
            }
        }
        guard let operation = operation as? any StoreOperation else {
            preconditionFailure("an operation must conform to StoreOperation or to FileOperation")
        }
        let surroundings = OperationSurroundings(
            pool: pool, plan: plan,
            backups: backups?.current.document(atSeconds: SystemClock.wallMilliseconds() / 1000))
        return store.run(operation, by: author, surroundings, until: stopping, reply: reply)
    }
}
