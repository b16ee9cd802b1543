import Loyalty
import Posix
import Postgres

/// The connection through which one event loop reads, with its thread.
///
/// The loop hands over the reads of a turn together, and the thread answers all that wait in one round trip. A
/// connection for each request in flight would cost the server several times the work. Lists travel after all others,
/// so many rows at a time that nothing waits long for them, and in turn by user. The rare reads that take several round
/// trips run last, a few at a time, so that new reads of one round trip need not wait for all of them.
///
/// If the connection ends, each of its reads with time left is tried once more on the next one, since a read changes
/// nothing. If the database can't be reached, reads are refused at once until it can, so that no client waits for it in
/// vain.
final class ReadLane: Sendable {
    /// The usual time after its turn in which a read is answered or refused.
    static let deadlineMilliseconds = 2_000
    /// The number of reads that may wait. A client's connection has one at a time, and each takes a few hundred bytes.
    static let waitingMax = 16_384

    private let inbox: ReadInbox
    private let milliseconds: Int
    private let thread: Thread

    /// - Parameters:
    ///   - connector: makes the connection, on the lane's own thread.
    ///   - milliseconds: the time after its turn in which a read is answered or refused.
    init(connector: StoreConnector, withinMilliseconds milliseconds: Int = deadlineMilliseconds, log: Log) {
        let inbox = ReadInbox()
        (self.inbox, self.milliseconds) = (inbox, milliseconds)
        thread = Thread(name: "reader") {
            ReadLoop(connector: connector, withinMilliseconds: milliseconds, inbox: inbox, log: log).run()
        }
    }

    /// The number of reads that wait for their answers.
    var waitingCount: Int { inbox.waitingCount }

    /// Answers or refuses the reads of a turn.
    func put(_ reads: [LaneRead]) {
        let deadline = Deadline.after(milliseconds: milliseconds)
        inbox.put(reads.map { WaitingRead(read: $0, deadline: deadline) })
    }

    /// Answers or refuses the reads that wait, and closes the connection. It blocks until then, and is called once.
    func stop() {
        inbox.close()
        thread.join()
    }
}

/// A read in one of its forms.
enum LaneRead: Sendable {
    case pipelined(any PipelinedRead)
    case session(SessionRead)

    /// The number of tasks that wait for it.
    var count: Int {
        switch self {
        case .pipelined(let read): read.count
        case .session: 1
        }
    }

    /// The part of a list that it reads; `nil` if it reads no list.
    var list: ListPart? {
        switch self {
        case .pipelined(let read): read.list
        case .session: nil
        }
    }

    func refuse(_ error: LoyaltyError) {
        switch self {
        case .pipelined(let read): read.refuse(error)
        case .session(let read): read.refuse(error)
        }
    }
}

struct WaitingRead: Sendable {
    let read: LaneRead
    let deadline: Deadline
    /// True if a connection has ended before it answered the read.
    var isSecondTry = false
}
