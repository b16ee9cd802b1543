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
    private var position = ChangeID(rawValue: 0)

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

    /// Hands out everything that was committed since the last time.
    func deliver() {
        guard subscription != nil else { return }
        guard let entries = hub.changeLog.entries(after: position) else {
            // More than is kept came at once: each finds out for itself what it missed.
            position = hub.changeLog.latest
            for stream in streams.values.joined() { stream.fallBehind() }
            return
        }
        for entry in entries {
            for stream in streams[entry.change.user] ?? [] { stream.take(entry) }
        }
        if let last = entries.last { position = last.id }
    }
}
