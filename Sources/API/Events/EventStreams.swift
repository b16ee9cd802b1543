import Changes
import Loyalty
import Web

/// The open streams of one event loop, by user. The loop is woken once for each commit and finds every stream that the
/// commit concerns; a loop without streams is not woken. Confined to the loop's thread.
final class EventStreams: LoopWork {
    let hub: EventHub
    let authentication: Authentication
    /// Writes the times of the events, most of which are of one day.
    var times = TimestampWriter()
    private var wake: @Sendable () -> Void = {}
    private var streams: [UserID: [EventStream]] = [:]
    /// `nil` while there are no streams.
    private var subscription: ChangeLog.Subscription?
    /// The last change that was handed to the streams.
    private var position = ChangeLog.Position(change: ChangeID(rawValue: 0), sessionEnds: 0)
    /// The changes that are read from the log at a time. The writer waits meanwhile.
    private static let changesPerReadMax = 1024

    init(hub: EventHub, authentication: Authentication) {
        self.hub = hub
        self.authentication = authentication
    }

    func begin(wake: @escaping @Sendable () -> Void) {
        self.wake = wake
    }

    func add(_ stream: EventStream) {
        if subscription == nil {
            let (subscription, position) = hub.changeLog.subscribe(wake)
            self.subscription = subscription
            self.position = position
        }
        streams[stream.user, default: []].append(stream)
    }

    func remove(_ stream: EventStream) {
        guard let index = streams[stream.user]?.firstIndex(where: { $0 === stream }) else {
            preconditionFailure("a stream must be removed exactly once")
        }
        streams[stream.user]?.remove(at: index)
        if streams[stream.user]?.isEmpty ?? false { streams[stream.user] = nil }
        if streams.isEmpty { unsubscribe() }
    }

    func close() { unsubscribe() }

    private func unsubscribe() {
        if let subscription { hub.changeLog.unsubscribe(subscription) }
        subscription = nil
    }

    /// Hands the streams everything that was committed since the last call. Ends of sessions come first: no client gets
    /// a change that was committed after the end of its session.
    func wakeUp() {
        guard subscription != nil else { return }
        let end = hub.changeLog.end
        endSessions()
        deliverChanges(through: end.change)
    }

    private func endSessions() {
        guard let users = hub.changeLog.sessionEnds(after: position.sessionEnds) else {
            // More sessions ended at once than the log keeps.
            position.sessionEnds = hub.changeLog.end.sessionEnds
            for stream in streams.values.joined() { stream.endWithSession() }
            return
        }
        position.sessionEnds += users.count
        for user in users {
            for stream in streams[user] ?? [] { stream.endWithSession() }
        }
    }

    private func deliverChanges(through last: ChangeID) {
        while position.change < last {
            let limit = min(Self.changesPerReadMax, Int(last.rawValue - position.change.rawValue))
            guard let changes = hub.changeLog.changes(after: position.change, limit: limit) else {
                // More changes came at once than the log keeps: each stream finds out for itself what it missed.
                position.change = hub.changeLog.latest
                for stream in streams.values.joined() { stream.fallBehind() }
                return
            }
            for logged in changes {
                for stream in streams[logged.change.user] ?? [] { stream.take(logged) }
            }
            if let last = changes.last { position.change = last.id }
        }
    }
}
