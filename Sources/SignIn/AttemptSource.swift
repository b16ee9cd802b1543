import Loyalty

/// The source that an attempt is counted against, and queued by: the client's network or, if the request carries a
/// device cookie that has signed in to this login before, that device.
package enum AttemptSource: Hashable, Sendable {
    case network(ClientNetwork)
    case device(Device)
    /// An open session. It counts guesses of the current password, whatever network they come from.
    case session(SessionID)

    var device: Device? { if case .device(let device) = self { device } else { nil } }
}
