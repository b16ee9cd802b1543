import Loyalty
import Posix
import Postgres
import Storage

/// The work of the lease's thread, to which it is confined.
final class LeaseLoop {
    private let connector: StoreConnector
    /// The number of this process in the lease. The number of an instance's row is not enough: another process takes
    /// that row over if it was not used for a day.
    private let owner = Int64.random(in: 1 ... .max)
    private let lease: LeaseState
    private let requests: BlockingQueue<Void>
    private let log: Log
    /// The last failure, which is logged when it changes, and not each second.
    private var failure: PostgresError?
    private var lookedAt = Int64.min
    private var notedReceiptServerAt = Int64.min

    /// A renewal that takes longer is given up, and a new connection is made.
    private static let renewalDeadlineMilliseconds = 2_000
    private static let connectDeadlineMilliseconds = 5_000
    /// Settings of a server change rarely, and a look costs a statement.
    private static let lookMilliseconds: Int64 = 10_000

    init(connector: StoreConnector, lease: LeaseState, requests: BlockingQueue<Void>, log: Log) {
        self.connector = connector
        self.lease = lease
        self.requests = requests
        self.log = log
    }

    func run() {
        while !isAtEnd(withinMilliseconds: 0) {
            do throws(PostgresError) {
                try serve()
            } catch {
                if error != failure { log.warning("The lease of the database can't be renewed: \(error).") }
                failure = error
                // The lease holds until its end by our own clock.
                if isAtEnd(withinMilliseconds: Lease.renewalMilliseconds) { return }
            }
        }
    }

    /// Renews the lease until the connection fails or the server stops.
    private func serve() throws(PostgresError) {
        var found: LatestTimeline.Point?
        var connection = try connector.connect(
            until: .after(milliseconds: Self.connectDeadlineMilliseconds), at: &found)
        guard let point = found else { throw .badValue("the timeline of the server") }
        try connection.prepare([Lease.renew, Lease.release, Lease.noteReceiptServer], until: deadline)
        // A renewal waits for a missing standby until its deadline, so the look that reports the standby comes first.
        try look(on: &connection)
        repeat {
            // With the row of a former primary, two instances could have the lease.
            try connector.requireLatest(point)
            if lease.isSought { try renew(in: point.history, on: &connection) }
            if lease.answersAboutReceipts { try noteReceiptServer(on: &connection) }
            if failure != nil { log.info("The lease of the database is renewed again.") }
            failure = nil
            try look(on: &connection)
        } while !isAtEnd(withinMilliseconds: isHeld ? Lease.renewalMilliseconds : Lease.attemptMilliseconds)
        guard lease.isSought else { return }
        let pace = lease.passedOnPace(at: SystemClock.monotonicMilliseconds())
        lease.noteNotHeld(isWithAnother: false)
        try connection.run(Lease.release, Lease.release(by: owner, passingOn: pace), until: deadline) {
            (_: borrowing ResultSet) throws(PostgresError) in
        }
    }

    private var isHeld: Bool { lease.isHeld(at: SystemClock.monotonicMilliseconds()) }

    private func renew(in history: Int64, on connection: inout Connection) throws(PostgresError) {
        let askedAt = SystemClock.monotonicMilliseconds()
        let parameters = Lease.renewal(of: owner, passingOn: lease.passedOnPace(at: askedAt), report: lease.report)
        let row = try connection.run(Lease.renew, parameters, until: deadline) {
            (rows: borrowing ResultSet) throws(PostgresError) in
            try rows.first { (row: borrowing Row) throws(PostgresError) in
                (try row.integer(0), try row.integer(1), try row.integer(2))
            }
        }
        guard let (epoch, pauseMilliseconds, perMinute) = row else {
            return lease.noteNotHeld(isWithAnother: true)
        }
        let pace = AskedPace(
            pauseMilliseconds: max(0, pauseMilliseconds),
            requestsPerMinute: perMinute > 0 ? Int(clamping: perMinute) : nil)
        lease.noteHeld(epoch: epoch, history: history, askedAt: askedAt, pace)
    }

    /// Commands learn from the row that receipts may earn points. A process that was killed is believed for a while.
    private func noteReceiptServer(on connection: inout Connection) throws(PostgresError) {
        let now = SystemClock.monotonicMilliseconds()
        let isRecent = now - Lease.receiptRenewalMilliseconds < notedReceiptServerAt
        guard !isRecent else { return }
        let parameters = Parameters { $0.add(Lease.receiptServerMilliseconds) }
        try connection.run(Lease.noteReceiptServer, parameters, until: deadline) {
            (_: borrowing ResultSet) throws(PostgresError) in
        }
        notedReceiptServerAt = now
    }

    private func look(on connection: inout Connection) throws(PostgresError) {
        let now = SystemClock.monotonicMilliseconds()
        guard lookedAt == .min || now - lookedAt >= Self.lookMilliseconds else { return }
        lookedAt = now
        let hungCount = try HungSessions.end(
            lockingFor: HungSessions.snapshotMilliseconds, on: &connection, until: deadline)
        if hungCount > 0 { log.warning(HungSessions.warning(of: hungCount)) }
        let durability = try Durability.read(on: &connection, until: deadline)
        if durability != lease.durability, let fault = durability.fault { log.warning(fault) }
        lease.note(durability)
    }

    private var deadline: Deadline { .after(milliseconds: Self.renewalDeadlineMilliseconds) }

    /// Waits for the next renewal. Returns true if this instance stops.
    private func isAtEnd(withinMilliseconds milliseconds: Int) -> Bool {
        requests.takeSeveral(limit: 1, withinMilliseconds: milliseconds) == nil
    }
}
