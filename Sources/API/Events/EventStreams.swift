import Changes
import Loyalty

/// Those of one event loop who listen, by user. One wake-up a commit finds everybody whom it concerns, and a loop without
/// listeners is not woken. Used on the loop's thread.
final class EventStreams {
    let hub: EventHub
    let authentication: Authentication
    /// Of the events that are written here; most fall on one day.
    var times = TimestampWriter()
    private var wake: @Sendable () -> Void = {}
    private var streams: [UserID: [EventStream]] = [:]
    /// Nil while nobody listens.
    private var subscription: ChangeLog.Subscription?
    /// Everything up to here was handed to who listens.
    private var position = ChangeLog.Position(change: ChangeID(rawValue: 0), sessionEnds: 0)
    /// Changes that are taken from the log at a time: the writer waits meanwhile.
    private static let changesPerReadMax = 1024

    init(hub: EventHub, authentication: Authentication) {
        self.hub = hub
        self.authentication = authentication
    }

    /// `wake` has ``deliver()`` called soon on the loop's thread.
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
            preconditionFailure("who listens is removed once")
        }
        streams[stream.user]?.remove(at: index)
        if streams[stream.user]?.isEmpty ?? false { streams[stream.user] = nil }
        if streams.isEmpty { unsubscribe() }
    }

    func unsubscribe() {
        if let subscription { hub.changeLog.unsubscribe(subscription) }
        subscription = nil
    }

    /// Hands out everything that was committed since the last time. Sessions come first: nobody is told of a change that was
    /// committed behind the end of theirs.
    func deliver() {
        guard subscription != nil else { return }
        let end = hub.changeLog.end
        endSessions()
        deliverChanges(through: end.change)
    }

    private func endSessions() {
        guard let users = hub.changeLog.sessionEnds(after: position.sessionEnds) else {
            // More than is kept came at once.
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
                // More than is kept came at once: each finds out for itself what it missed.
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
