import Loyalty

/// Whose attempts are counted together, and take turns with those of others: what comes from one network, save for sign-ins that
/// show a device from which the login has signed in before.
package enum AttemptSource: Hashable, Sendable {
    case network(ClientNetwork)
    case device(Device)
    /// An open session, which counts guesses of the current password wherever they come from.
    case session(SessionID)

    var device: Device? { if case .device(let device) = self { device } else { nil } }
}
