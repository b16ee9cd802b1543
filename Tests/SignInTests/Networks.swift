import Loyalty
import SignIn

extension ClientNetwork {
    static let here = ClientNetwork.ipv4(0xC000_0201)
    static let elsewhere = ClientNetwork.ipv4(0xC633_6401)

    /// Each network is in its own /48.
    static func number(_ number: Int) -> ClientNetwork { .ipv6(prefix: UInt64(number) << 16) }
}

extension AttemptSource {
    static let here = AttemptSource.network(.here)
    static let elsewhere = AttemptSource.network(.elsewhere)

    static func number(_ number: Int) -> AttemptSource { .network(.number(number)) }
}

extension Device {
    static func number(_ number: Int) -> Device {
        guard let device = Device("\(1_000_000_000_000_000_000 + number)abc".utf8) else {
            preconditionFailure("its text has the length")
        }
        return device
    }
}

extension ThrottlePolicy {
    static let unlimited = ThrottlePolicy(
        failuresPerLoginMax: 0, failuresPerNetworkMax: 0, registrationsPerHourMax: 0, delaySecondsMax: 60,
        hashingPerSourceMax: 0)
    /// Limits so low that a test reaches all of them.
    static let strict = ThrottlePolicy(
        failuresPerLoginMax: 3, failuresPerNetworkMax: 10, registrationsPerHourMax: 4, delaySecondsMax: 60,
        hashingPerSourceMax: 64)
}
