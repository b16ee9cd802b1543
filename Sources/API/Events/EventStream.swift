import Changes
import HTTP
import Loyalty

/// What one client is told of its user's changes, as server-sent events (WHATWG HTML, section 9.2).
///
/// A client that takes what it is sent gets each change with the turn of the loop in which it is found. For one that does not,
/// nothing is kept but the place where it stopped: from there it reads on in the log, as does who comes back with a
/// `Last-Event-ID`. So a client that never reads holds no more than it was sent, and ends with the front's patience.
final class EventStream: BodyStream {
    /// Bytes that wait for a client; the event that goes beyond waits in the log.
    static let waitingBytesMax = 64 * 1024
    /// Events that are read from the log at a time.
    static let changesPerReadMax = 128

    let user: UserID
    private let streams: EventStreams
    /// What the client showed; its session may end while it listens.
    private let token: [UInt8]

    private var reader: (any BodyStreamReader)?
    private var waiting: [UInt8] = []
    /// The reader was told that there is nothing, and has to be told when there is something.
    private var readerWaits = false
    /// Everything up to here is sent or among what waits.
    private var position: ChangeID
    /// What follows is read from the log, and not taken as it comes.
    private var isBehind: Bool
    private var hasEnded = false
    /// Whether it is counted among the user's streams, as it is from its admission on.
    private var isCounted = true

    /// - Parameter lastEventID: What the client got last, perhaps from another process or made up; nil for one that begins.
    init(of user: UserID, showing token: ArraySlice<UInt8>, after lastEventID: ChangeID?, _ streams: EventStreams) {
        self.user = user
        self.token = Array(token)
        self.streams = streams
        position = lastEventID ?? streams.hub.changeLog.latest
        isBehind = lastEventID != nil
    }

    /// Not every answer is sent; that to HEAD never is.
    deinit {
        leaveCount()
    }

    var beatMilliseconds: Int { streams.hub.limits.heartbeatMilliseconds }

    /// The head goes out with a first line, so that a client knows that it misses nothing from now on.
    func open(for reader: any BodyStreamReader) {
        self.reader = reader
        streams.add(self)
        if !isBehind { position = streams.hub.changeLog.latest }
        // A client that resumes keeps its own id until it has what followed that.
        EventText.writeWelcome(at: isBehind ? nil : position, into: &waiting)
    }

    /// Thousands of events may be behind it, and thousands of clients come back at once.
    var nextTakesTurn: Bool { isBehind && waiting.isEmpty && !hasEnded }

    func next() -> [UInt8]? {
        guard !hasEnded else { return nil }
        if nextTakesTurn { readLog() }
        readerWaits = waiting.isEmpty
        defer { waiting = [] }
        return waiting
    }

    func beat() {
        endWithSession()
        waiting += EventText.heartbeat
    }

    func close() {
        streams.remove(self)
        reader = nil
        leaveCount()
    }

    private func leaveCount() {
        if isCounted { streams.hub.release(user) }
        isCounted = false
    }

    /// A change of its user, in the order of the log.
    func take(_ change: ChangeLog.LoggedChange) {
        guard !isBehind, change.id > position else { return }
        guard readerWaits, waiting.count < Self.waitingBytesMax else {
            position = ChangeID(rawValue: change.id.rawValue - 1)
            isBehind = true
            return
        }
        EventText.write(change, &streams.times, into: &waiting)
        position = change.id
        reader?.streamHasMore()
    }

    /// The loop itself has missed something.
    func fallBehind() {
        endWithSession()
        isBehind = true
        reader?.streamHasMore()
    }

    private func readLog() {
        let log = streams.hub.changeLog
        guard let found = log.changes(of: user, after: position, limit: Self.changesPerReadMax) else {
            position = log.latest
            isBehind = false
            return EventText.writeReset(at: position, into: &waiting)
        }
        for change in found.changes { EventText.write(change, &streams.times, into: &waiting) }
        position = found.upTo
        isBehind = !found.isWhole
    }

    /// Where the session is over by which it listens.
    func endWithSession() {
        guard !hasEnded, (try? streams.authentication.user(showing: token[...])) != user else { return }
        hasEnded = true
        reader?.streamHasMore()
    }
}
