import Changes
import Eventual
import HTTP
import Loyalty
import Storage

/// The changes of one user, sent to one client as server-sent events (WHATWG HTML, section 9.2).
///
/// A client that keeps up gets each change in the turn of the event loop that finds it. For a client that does not,
/// the stream keeps only its position and later reads on from the feed, just as for a client that reconnects with
/// `Last-Event-ID`. A client that never reads therefore costs no more memory than it was sent, until the write time-out
/// closes its connection.
final class EventStream: BodyStream {
    /// The bytes that may wait for the client. An event that exceeds the limit waits in the feed.
    static let waitingBytesMax = 64 * 1024
    /// The events that are read from the feed at a time.
    static let changesPerReadMax = 128

    private let session: OpenSession
    private let streams: EventStreams
    /// The session token that the client presented. The session may end while the stream is open.
    private let token: [UInt8]

    private var reader: (any BodyStreamReader)?
    private var waiting: [UInt8] = []
    /// True if the reader got no bytes, and has to be told when there are some.
    private var readerWaits = false
    /// The last change that was sent or waits for the client.
    private var position: ChangeID
    /// True if the next events are read from the feed rather than taken as they come.
    private var isBehind: Bool
    private var hasEnded = false
    /// True if a session of the user was ended, and the repository has to be asked whether it was the stream's. Until
    /// it has answered, the stream sends nothing.
    private var isSessionInQuestion = false
    /// True from the stream's admission until it closes: the stream counts among the user's streams.
    private var isCounted = true

    /// - Parameter lastEventID: the last event that the client received, perhaps from another process or invented;
    ///   `nil` for a client that begins.
    init(
        of session: OpenSession, presenting token: ArraySlice<UInt8>, after lastEventID: ChangeID?,
        _ streams: EventStreams
    ) {
        self.session = session
        self.token = Array(token)
        self.streams = streams
        position = lastEventID ?? streams.hub.feed.end.change
        isBehind = lastEventID != nil
    }

    /// A response may be dropped unsent; that to HEAD always is.
    deinit {
        leaveCount()
    }

    var user: UserID { session.user }

    var beatMilliseconds: Int { streams.hub.limits.heartbeatMilliseconds }

    /// The first line goes out with the head, so that the client knows that it misses nothing from now on.
    func open(for reader: any BodyStreamReader) {
        self.reader = reader
        streams.add(self)
        if !isBehind { position = streams.hub.feed.end.change }
        // A client that resumes keeps its own id until it has the events after it.
        EventText.writeWelcome(at: isBehind ? nil : position, into: &waiting)
    }

    /// Thousands of clients may reconnect at once, with thousands of events to read for each.
    var nextTakesTurn: Bool { isBehind && waiting.isEmpty && !hasEnded }

    func next() throws(BodyFailure) -> Eventual<[UInt8]?, BodyFailure> {
        guard nextTakesTurn else { return .now(takeWaiting()) }
        if isSessionInQuestion { return nextAfterSession() }
        let found: Eventual<UserChanges?, LoyaltyError>
        do throws(LoyaltyError) {
            found = try streams.hub.feed.changes(of: user, after: position, limit: Self.changesPerReadMax)
        } catch {
            throw BodyFailure()
        }
        if case .now(let found) = found {
            write(found)
            return .now(takeWaiting())
        }
        return .later { () async throws(BodyFailure) in
            do throws(LoyaltyError) { self.write(try await found.get()) } catch { throw BodyFailure() }
            return self.takeWaiting()
        }
    }

    /// Asks the repository for the session, and goes on if it is open. An error ends the stream: the client reconnects
    /// and presents its session again.
    private func nextAfterSession() -> Eventual<[UInt8]?, BodyFailure> {
        // Another end that comes meanwhile asks again.
        isSessionInQuestion = false
        guard let found = try? streams.authentication.session(presenting: token[...]) else {
            hasEnded = true
            return .now(nil)
        }
        return .later { () async throws(BodyFailure) in
            let session = try? await found.get()
            if session?.user != self.user { self.hasEnded = true }
            return try await self.next().get()
        }
    }

    /// The bytes for the client; `nil` if the stream has ended.
    private func takeWaiting() -> [UInt8]? {
        guard !hasEnded else { return nil }
        readerWaits = waiting.isEmpty
        defer { waiting = [] }
        return waiting
    }

    func beat() {
        if !endWithSession(), !streams.authentication.isOpen(session) { end() }
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

    /// Takes a change of the user, in the order of the feed.
    func take(_ change: LoggedChange) {
        guard !isBehind, change.id > position else { return }
        guard readerWaits, waiting.count < Self.waitingBytesMax else {
            position = ChangeID(rawValue: change.id.rawValue - 1)
            isBehind = true
            return
        }
        EventText.write(change, into: &waiting)
        position = change.id
        reader?.streamHasMore()
    }

    /// A session of the user was ended, perhaps the stream's. If not, the stream reads on after its pause.
    func sessionHasEnded() {
        if !endWithSession() { (isSessionInQuestion, isBehind) = (true, true) }
        if isBehind { reader?.streamHasMore() }
    }

    /// The event loop itself has missed changes, so the stream reads them from the feed.
    func fallBehind() {
        if !endWithSession() { isSessionInQuestion = true }
        isBehind = true
        reader?.streamHasMore()
    }

    /// Writes the changes that were read from the feed, or a reset if it no longer has them. If a session of the user
    /// was ended meanwhile, it writes nothing: the changes may be later than the end of the stream's session, which the
    /// loop finds when it is woken.
    private func write(_ found: UserChanges?) {
        guard !streams.isSessionEndPending(of: user) else { return }
        guard let found else {
            position = streams.hub.feed.end.change
            isBehind = false
            return EventText.writeReset(at: position, into: &waiting)
        }
        for change in found.changes { EventText.write(change, into: &waiting) }
        position = found.upTo
        // While the stream waited for the feed, the loop may have handed out later changes, which the stream did not
        // take.
        isBehind = !found.isWhole || position < streams.position.change
    }

    /// Ends the stream if its session has ended.
    ///
    /// - Returns: false if the repository can't answer at once.
    private func endWithSession() -> Bool {
        guard !hasEnded else { return true }
        switch try? streams.authentication.session(presenting: token[...]) {
        case .now(let session): if session?.user != user { end() }
        case .later: return false
        case nil: end()
        }
        return true
    }

    private func end() {
        guard !hasEnded else { return }
        hasEnded = true
        reader?.streamHasMore()
    }
}
