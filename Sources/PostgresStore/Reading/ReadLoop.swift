import Loyalty
import Posix
import Postgres

/// The work of a ``ReadLane``'s thread: it connects, and answers reads in rounds.
final class ReadLoop {
    /// The time for connecting while no read waits. The hosts of an address share it, and some may hang.
    private static let idleConnectMilliseconds = 6_000
    /// A read with less time left is refused instead of begun: a connection may take that long on a busy machine, and a
    /// read whose time ends while it runs ends the connection of all others.
    private static let leastMilliseconds = 200
    /// A read with less time left is refused before a connection is made. The earliest deadline bounds it for all
    /// reads, and a connection and its statements may take half a second on a busy machine.
    private static let connectMillisecondsMin = 1_000
    private static let pauseMillisecondsMin = 100
    private static let pauseMillisecondsMax = 2_000
    /// A list with less time left is refused instead of begun: the lists of a round may have two megabytes, which take
    /// so long on a network of 36 Mbit/s.
    private static let leastMillisecondsForLists = 500
    /// The pipelined reads that travel together. All others wait for them.
    private static let pipelinedReadsPerRoundMax = 256
    /// The rows of the lists that travel together: two of the longest parts of a list, for which the server works some
    /// 4 ms. The reads that arrive meanwhile wait for them.
    private static let listRowsPerRoundMax = 2_048
    /// The session reads that run before the lane looks for reads that have arrived meanwhile. Each takes a few round
    /// trips, for which the pipelined reads wait; with fewer, a flood of those would hold up the session reads.
    static let sessionReadsPerRoundMax = 4

    private let connector: StoreConnector
    /// The time for connecting while reads wait.
    private let connectMilliseconds: Int
    private let inbox: ReadInbox
    /// `nil` without a connection.
    private var session: PostgresSession?
    /// The timeline of the connection's server.
    private var timeline: LatestTimeline.Point?
    // Reads that were taken from the inbox. Earlier ones have earlier deadlines, since all get the same time.
    private var pipelinedReads: [WaitingRead] = []
    private var lists = WaitingLists()
    private var sessionReads: [WaitingRead] = []
    private var failures: FailureLog

    /// - Parameter milliseconds: the time that a read has.
    init(
        connector: StoreConnector, withinMilliseconds milliseconds: Int = ReadLane.deadlineMilliseconds,
        inbox: ReadInbox, log: Log
    ) {
        (self.connector, connectMilliseconds, self.inbox) = (connector, milliseconds, inbox)
        failures = FailureLog(log)
    }

    func run() {
        while true {
            if session == nil, !connect() {
                guard waitForDatabase() else { break }
            }
            let hasReads = !pipelinedReads.isEmpty || !lists.isEmpty || !sessionReads.isEmpty
            guard takeReads(withinMilliseconds: hasReads ? 0 : nil) || hasReads else { break }
            if isLatest { answerRound() } else { session = nil }
        }
    }

    /// Takes the reads that have arrived. Returns false if the lane was closed and there are none.
    ///
    /// - Parameter milliseconds: the longest wait for a read; `nil` waits without a limit.
    private func takeReads(withinMilliseconds milliseconds: Int?) -> Bool {
        guard let reads = inbox.take(withinMilliseconds: milliseconds) else { return false }
        for read in reads {
            switch read.read {
            case .pipelined(let statement):
                if let list = statement.list {
                    lists.append(read, of: list.user)
                } else {
                    pipelinedReads.append(read)
                }
            case .session: sessionReads.append(read)
            }
        }
        return true
    }

    /// Refuses the reads that have less time left than they need.
    private func refuseLate(below milliseconds: Int) {
        let late =
            Self.takeLate(from: &pipelinedReads, below: milliseconds)
            + lists.takeLate(below: max(milliseconds, Self.leastMillisecondsForLists))
            + Self.takeLate(from: &sessionReads, below: milliseconds)
        inbox.refuse(late)
    }

    private static func takeLate(from reads: inout [WaitingRead], below milliseconds: Int) -> [WaitingRead] {
        let late = Array(reads.prefix { $0.deadline.millisecondsLeft < milliseconds })
        reads.removeFirst(late.count)
        return late
    }

    /// The earliest deadline of the reads that wait, or another one that is earlier.
    private func earliest(_ deadline: Deadline) -> Deadline {
        [pipelinedReads.first?.deadline, sessionReads.first?.deadline, lists.earliest].compactMap(\.self)
            .reduce(deadline) { $0.orEarlier($1) }
    }

    /// False if another read has less time left than a round of lists may take. A round ends with the earliest deadline
    /// of all reads, and a round that is cut short ends the connection.
    private var othersLeaveTimeForLists: Bool {
        [pipelinedReads.first, sessionReads.first].allSatisfy { read in
            read.map { $0.deadline.millisecondsLeft >= Self.leastMillisecondsForLists } ?? true
        }
    }

    // MARK: - Connecting

    /// False if the server has a successor: the connection may have been idle during a failover.
    private var isLatest: Bool {
        guard let timeline else { return false }
        return connector.latestTimeline.isLatest(timeline)
    }

    /// Connects while reads may wait. If that fails, all of them are refused.
    private func connect() -> Bool {
        // Some reads may have waited in the inbox for as long as the last connection hung.
        _ = takeReads(withinMilliseconds: 0)
        refuseLate(below: Self.connectMillisecondsMin)
        do throws(PostgresError) {
            try connect(until: earliest(.after(milliseconds: connectMilliseconds)))
            return true
        } catch {
            failures.note(error)
            inbox.refuse(pipelinedReads + lists.takeAll() + sessionReads)
            (pipelinedReads, sessionReads) = ([], [])
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
                try connect(until: .after(milliseconds: Self.idleConnectMilliseconds))
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

    /// Answers the pipelined reads that wait, and then a few of the lists and of the others.
    private func answerRound() {
        refuseLate(below: Self.leastMilliseconds)
        let pipelined = Array(pipelinedReads.prefix(Self.pipelinedReadsPerRoundMax))
        let again = answer(pipelined)
        pipelinedReads.replaceSubrange(..<pipelined.count, with: again)
        if session != nil, othersLeaveTimeForLists {
            // The reads before them have taken time.
            refuseLate(below: Self.leastMilliseconds)
            let parts = lists.take(countMax: Self.pipelinedReadsPerRoundMax, rowsMax: Self.listRowsPerRoundMax)
            let rest = answer(parts)
            lists.putBack(rest)
        }
        for _ in 0..<Self.sessionReadsPerRoundMax where session != nil {
            refuseLate(below: Self.leastMilliseconds)
            guard let read = sessionReads.first else { return }
            let again = answer([read])
            sessionReads.replaceSubrange(..<1, with: again)
        }
    }

    /// Answers reads, each as soon as its answer arrives. Returns those that are to be tried again, because the
    /// connection has ended.
    private func answer(_ reads: [WaitingRead]) -> [WaitingRead] {
        guard let session, let first = reads.first else { return reads }
        session.deadline = earliest(reads.reduce(first.deadline) { $0.orEarlier($1.deadline) })
        var round = ReadRound(reads.map(\.read))
        var isLost = false
        do throws(PostgresError) {
            try round.run(on: session) { index, result in end(reads[index], with: result) }
        } catch {
            failures.note(error)
            self.session = nil
            isLost = true
        }
        var again: [WaitingRead] = []
        for (index, var read) in reads.enumerated() where !round.isEnded[index] {
            precondition(isLost, "a round must end each read unless its connection has ended")
            if read.isSecondTry {
                inbox.refuse([read])
            } else {
                read.isSecondTry = true
                again.append(read)
            }
        }
        return again
    }

    private func end(_ read: WaitingRead, with result: ReadRound.Result) {
        switch result {
        case .answered(let complete):
            inbox.noteAnswered(read.read.count)
            complete()
        case .failed(let error):
            failures.note(error)
            inbox.refuse([read], error.refusalOfRead)
        }
    }
}
