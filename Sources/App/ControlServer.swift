import JSON
import Loyalty
import Posix
import Storage
import Synchronization
import Text

/// Does what owners ask for: what is quick on one thread, one thing after the other; what reads all of the file on a second
/// one, which also backs up by the clock.
final class ControlServer: Sendable {
    private let listener: Mutex<ListenerBox>
    private let path: String
    private let store: any Storage
    private let pool: OwnersPool?
    /// How the backups by the clock are; `nil` if there are none.
    let backups: BackupStatus?
    private let log: Log
    private let stopping = Cancellation()
    private let errands = BlockingQueue<Errand>(capacity: errandsMax)
    /// The errands that wait or are under way.
    private let unfinished = Mutex<[Errand]>([])
    private let reserve: Mutex<DescriptorReserve>
    private let threads = Mutex<[Thread]>([])

    private final class ListenerBox: Sendable {
        let listener: UnixListener

        init(path: String) throws(SystemError) { listener = try UnixListener(path: path) }
    }

    /// How often it looks whether it stops, and at the clock, where nobody asks for anything.
    private static let waitMilliseconds = 1000
    private static let pauseMilliseconds = 500
    /// Long commands that wait for one another.
    private static let errandsMax = 8
    /// For a client, the files of a database, a backup and the system's list of users.
    private static let reserveCount = 16
    /// How often taking up a client is tried with the reserve given up: event loops that found no descriptor rest meanwhile.
    private static let reserveTriesMax = 3

    /// - Parameters:
    ///   - path: where it listens.
    ///   - plan: nil where nothing is backed up by the clock.
    ///   - pool: the accrual pipeline; `nil` if there is none.
    init(
        path: String, store: any Storage, plan: BackupPlan?, pool: OwnersPool?, log: Log
    ) throws(SystemError) {
        listener = Mutex(try ListenerBox(path: path))
        reserve = Mutex(DescriptorReserve(count: Self.reserveCount))
        self.path = path
        self.store = store
        self.pool = pool
        backups = plan.map { _ in BackupStatus() }
        self.log = log
        threads.withLock { threads in
            threads = [
                Thread(name: "control") { [self] in listen() },
                Thread(name: "maintenance") { [self] in runErrands(plan) },
            ]
        }
    }

    /// Takes no further commands, has the one that is under way give up, and returns when it has.
    func stop() {
        stopping.cancel()
        errands.close()
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
                for errand in unfinished.withLock({ $0 }) { errand.sayAlive() }
            }
            do throws(SystemError) {
                try serveNext()
            } catch {
                log.debug("A command from the control socket was not answered: \(error)")
                // With no descriptor left, accepting would fail again at once.
                pause()
            }
        }
    }

    /// Listens anew if the socket's name was removed, with the database perhaps: its owner has no other way to what is still open.
    private func renewNames() {
        store.renewNames()
        listener.withLock { box in
            guard box.listener.isNameGone, !stopping.isCancelled,
                let renewed = try? ListenerBox(path: path)
            else { return }
            box = renewed
        }
    }

    /// Serves a client if one comes in time. If no descriptor is left, the client gets one of the reserve, so that an owner is
    /// heard also when connections have taken all others.
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
        var lines = LineReader(bytesMax: ControlSocket.lineBytesMax)
        let next = try lines.next(
            from: client, withinMilliseconds: ControlSocket.commandMilliseconds, until: stopping)
        guard case .line(let line) = next else { return }
        try client.limitWaiting(milliseconds: ControlSocket.sendMilliseconds)
        guard let command = OwnerCommand(line: line) else {
            let reason = "the server does not know this command; is it of another version?"
            return try client.send(OwnerReply.done(.failure(ExitStatus.unavailable, reason)).line)
        }
        let peer = try client.peerUserID()
        // Root says for which account it asks: with sudo that is another one.
        let author = (peer == 0 ? OwnerCommand.author(line: line) : nil) ?? SystemUser.name(of: peer)
        log.info("\(author) asks for: \(command.summary)")
        let errand = Errand(command, by: author, client)
        guard command.isLong else { return try run(errand) }
        unfinished.withLock { $0.append(errand) }
        if !errands.put(errand) {
            finish(errand)
            let reason = "too many long commands wait for one another already"
            try errand.end(OwnerReply.done(.failure(ExitStatus.unavailable, reason)).line)
        }
    }

    /// Answers every long command so until the server stops.
    private func refuseErrands(_ outcome: OwnerOutcome) {
        while let errands = errands.takeSeveral(limit: 1) {
            for errand in errands {
                finish(errand)
                try? errand.end(OwnerReply.done(outcome).line)
            }
        }
    }

    private func finish(_ errand: Errand) {
        unfinished.withLock { $0.removeAll { $0 === errand } }
    }

    private func runErrands(_ plan: BackupPlan?) {
        let database: any StoreMaintenance
        do throws(StoreError) {
            database = try store.makeMaintenance()
        } catch {
            log.error("The database can be neither backed up nor checked while the server runs: \(error)")
            return refuseErrands(.failure(ExitStatus.unavailable, error.description))
        }
        var scheduled = plan.flatMap { plan in backups.map { ScheduledBackups(plan, $0, until: stopping, log) } }
        while !stopping.isCancelled {
            if !store.hasFileFault { scheduled?.backUpIfDue(database) }
            guard let errands = errands.takeSeveral(limit: 1, withinMilliseconds: Self.waitMilliseconds) else { return }
            for errand in errands {
                do throws(SystemError) {
                    defer { finish(errand) }
                    try run(errand, on: database)
                } catch {
                    log.debug("A command from the control socket was not answered: \(error)")
                }
            }
        }
    }

    private func run(_ errand: Errand, on database: (any StoreMaintenance)? = nil) throws(SystemError) {
        let command = errand.command
        // An answer is a page at most.
        var rows: [UInt8] = []
        let outcome = outcome(of: command, errand.author, on: database) { reply in
            switch reply {
            case .progress: errand.say(reply.line)
            case .row, .done: rows += reply.line
            }
        }
        if command.isChange || command.isLong, !outcome.summary.isEmpty { log.info(outcome.summary.oneLine) }
        try errand.end(rows + OwnerReply.done(outcome).line)
    }

    private func outcome(
        of command: OwnerCommand, _ author: String, on database: (any StoreMaintenance)?, _ reply: (OwnerReply) -> Void
    ) -> OwnerOutcome {
        if let database, let outcome = command.maintain(database, until: stopping, reply: reply) { return outcome }
        return store.run(
            command, by: author, pool: pool,
            backups: backups?.current.document(atSeconds: SystemClock.wallMilliseconds() / 1000), until: stopping,
            reply: reply)
    }
}

extension Storage {
    /// Does a command that is not about the file as a whole.
    func run(
        _ command: OwnerCommand, by author: String, pool: OwnersPool?, backups: JSONObject?,
        until cancellation: Cancellation = Cancellation(),
        reply: (OwnerReply) -> Void
    ) -> OwnerOutcome {
        do throws(StoreError) {
            let repository = try makeOwnerRepository(until: cancellation)
            defer { repository.close() }
            let service = OwnerService(
                repository: repository, store: name, author: author, pool: pool, backups: backups)
            return service.run(command) { reply(.row($0)) }
        } catch {
            return OwnerOutcome(error)
        }
    }
}
