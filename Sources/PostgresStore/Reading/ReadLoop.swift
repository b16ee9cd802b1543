import Loyalty
import Posix
import Postgres

/// The work of a ``ReadLane``'s thread: it connects, and answers reads in rounds.
final class ReadLoop {
    /// A connection is tried for so long while reads wait for it.
    private static let connectMilliseconds = ReadLane.deadlineMilliseconds
    /// A connection is tried for so long while no read waits. The hosts of an address share it, and some may hang.
    private static let patientConnectMilliseconds = 6_000
    /// A read with less time left is refused instead of begun: a connection may take that long on a busy machine, and a
    /// read whose time ends while it runs ends the connection of all others.
    private static let leastMilliseconds = 200
    private static let pauseMillisecondsMin = 100
    private static let pauseMillisecondsMax = 2_000
    /// The reads that travel together. Their answers are kept in memory until all have arrived.
    private static let readsPerRoundMax = 256

    private let connector: StoreConnector
    private let inbox: ReadInbox
    /// `nil` without a connection.
    private var session: PostgresSession?
    /// The timeline of the connection's server.
    private var timeline: LatestTimeline.Point?
    /// Reads that were taken from the inbox.
    private var waiting: [WaitingRead] = []
    private var failures: FailureLog

    init(connector: StoreConnector, inbox: ReadInbox, log: Log) {
        (self.connector, self.inbox) = (connector, inbox)
        failures = FailureLog(log)
    }

    func run() {
        while true {
            if session == nil, !connect() {
                guard waitForDatabase() else { break }
            }
            if waiting.isEmpty {
                guard let reads = inbox.take() else { break }
                waiting = reads
            }
            if isLatest { answer() } else { session = nil }
        }
        inbox.refuse(waiting)
    }

    // MARK: - Connecting

    /// False if the server has a successor, so that the connection may have slept through a failover.
    private var isLatest: Bool {
        guard let timeline else { return false }
        return connector.latestTimeline.isLatest(timeline)
    }

    /// Connects while reads may wait. If that fails, all of them are refused.
    private func connect() -> Bool {
        // Some may have waited in the inbox for as long as the last connection hung.
        waiting += inbox.take(withinMilliseconds: 0) ?? []
        refuseLate()
        let deadline = waiting.reduce(Deadline.after(milliseconds: Self.connectMilliseconds)) { earliest, waiting in
            earliest.orEarlier(waiting.deadline)
        }
        do throws(PostgresError) {
            try connect(until: deadline)
            return true
        } catch {
            failures.note(error)
            inbox.refuse(waiting)
            waiting = []
            inbox.refuseAll()
            return false
        }
    }

    /// Connects again and again, while reads are refused. Returns false if the lane was closed.
    private func waitForDatabase() -> Bool {
        var pause = Self.pauseMillisecondsMin
        while true {
            guard inbox.take(withinMilliseconds: pause) != nil else { return false }
            do throws(PostgresError) {
                try connect(until: .after(milliseconds: Self.patientConnectMilliseconds))
                inbox.takeAgain()
                return true
            } catch {
                failures.note(error)
                pause = min(2 * pause, Self.pauseMillisecondsMax)
            }
        }
    }

    private func connect(until deadline: Deadline) throws(PostgresError) {
        var connection = try connector.connect(until: deadline, at: &timeline)
        try connection.prepare(ReadStatements.all(ofHistory: timeline?.history ?? 0), until: deadline)
        session = PostgresSession(connection, until: deadline)
        failures.noteConnection()
    }

    // MARK: - Answering

    /// Refuses the reads that have too little time left.
    private func refuseLate() {
        // Earlier reads have earlier deadlines, since all get the same time.
        let late = Array(waiting.prefix { $0.deadline.millisecondsLeft < Self.leastMilliseconds })
        waiting.removeFirst(late.count)
        inbox.refuse(late)
    }

    /// Answers the next reads that wait.
    private func answer() {
        refuseLate()
        guard let session, let first = waiting.first else { return }
        let reads = Array(waiting.prefix(Self.readsPerRoundMax))
        session.deadline = reads.reduce(first.deadline) { $0.orEarlier($1.deadline) }
        var round = ReadRound(reads.map(\.read))
        var isLost = false
        do throws(PostgresError) {
            try round.run(on: session)
        } catch {
            failures.note(error)
            self.session = nil
            isLost = true
        }
        var again: [WaitingRead] = []
        for (index, var read) in reads.enumerated() {
            switch round.results[index] {
            case .answered(let complete):
                inbox.noteAnswered(read.read.count)
                complete()
            case .failed(let error):
                failures.note(error)
                inbox.refuse([read], error.refusalOfRead)
            case nil:
                precondition(isLost, "a round must end each read unless its connection has ended")
                if read.isSecondTry {
                    inbox.refuse([read])
                } else {
                    read.isSecondTry = true
                    again.append(read)
                }
            }
        }
        waiting.replaceSubrange(..<reads.count, with: again)
    }
}
