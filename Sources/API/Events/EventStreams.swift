import Changes
import Loyalty
import Web

/// The open streams of one event loop, by user. The loop is woken once for each commit and finds every stream that the
/// commit concerns; a loop without streams is not woken. Confined to the loop's thread.
final class EventStreams: LoopWork {
    let hub: EventHub
    let authentication: Authentication
    private var wake: @Sendable () -> Void = {}
    private var streams: [UserID: [EventStream]] = [:]
    /// `nil` while there are no streams.
    private var subscription: ChangeSubscription?
    /// The position up to which the streams were handed everything.
    private(set) var position = ChangePosition(change: ChangeID(rawValue: 0), sessionEnds: 0)
    /// The changes that are read from the feed at a time. If that is the ``ChangeLog``, the writer waits meanwhile.
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
            let (subscription, position) = hub.feed.subscribe(wake)
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
        if let subscription { hub.feed.unsubscribe(subscription) }
        subscription = nil
    }

    /// Hands the streams everything that was committed since the last call. Ends of sessions come first: no client gets
    /// a change that was committed after the end of its session.
    func wakeUp() {
        guard subscription != nil else { return }
        let end = hub.feed.end
        endSessions()
        deliverChanges(through: end.change)
    }

    private func endSessions() {
        guard let users = hub.feed.sessionEnds(after: position.sessionEnds) else {
            // More sessions ended at once than the feed keeps.
            position.sessionEnds = hub.feed.end.sessionEnds
            for stream in streams.values.joined() { stream.sessionHasEnded() }
            return
        }
        position.sessionEnds += users.count
        for user in users {
            for stream in streams[user] ?? [] { stream.sessionHasEnded() }
        }
    }

    /// Returns true if a session of the user was ended, and the loop is about to be woken for it. Changes that are read
    /// from the feed until then may be later than that end.
    func isSessionEndPending(of user: UserID) -> Bool {
        hub.feed.sessionEnds(after: position.sessionEnds)?.contains(user) ?? true
    }

    private func deliverChanges(through last: ChangeID) {
        while position.change < last {
            guard let found = hub.feed.changes(after: position.change, limit: Self.changesPerReadMax) else {
                // More changes came at once than the feed keeps: each stream finds out for itself what it missed.
                position.change = hub.feed.end.change
                for stream in streams.values.joined() { stream.fallBehind() }
                return
            }
            // A change that came after `last` may be later than an end of a session that the streams don't know yet.
            let changes = found.prefix { $0.id <= last }
            for logged in changes {
                for stream in streams[logged.change.user] ?? [] { stream.take(logged) }
            }
            position.change = changes.count == Self.changesPerReadMax ? changes.last?.id ?? last : last
        }
    }
}
