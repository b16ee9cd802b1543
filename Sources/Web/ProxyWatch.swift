import HTTP
import Synchronization

/// Warns of trusted proxies whose configuration lets clients choose the address by which they are counted, or has all
/// clients counted as one. There is at most one warning an hour for each finding, since a client can cause it as often
/// as it likes.
package final class ProxyWatch: Sendable {
    enum Finding: CaseIterable {
        /// The field has entries before the client's. The client sent them, and the proxy did not replace the field.
        case clientEntries
        /// The field has an entry that is not an address.
        case noAddress
        /// The field is missing or has no entry.
        case noField
    }

    private static let repeatMilliseconds: Int64 = 3_600_000

    private let warn: @Sendable (String) -> Void
    private let clock: @Sendable () -> Int64
    private let warnedAt = Mutex<[Finding: Int64]>([:])

    /// - Parameters:
    ///   - clock: the time in milliseconds, which never steps back.
    ///   - warn: writes a line to the log.
    package init(clock: @escaping @Sendable () -> Int64, warn: @escaping @Sendable (String) -> Void) {
        (self.clock, self.warn) = (clock, warn)
    }

    func note(_ finding: Finding, from proxy: IPAddress) {
        let now = clock()
        let isDue = warnedAt.withLock { warnedAt in
            if let last = warnedAt[finding], now - last < Self.repeatMilliseconds { return false }
            warnedAt[finding] = now
            return true
        }
        guard isDue else { return }
        warn(Self.text(finding, proxy))
    }

    private static func text(_ finding: Finding, _ proxy: IPAddress) -> String {
        switch finding {
        case .clientEntries:
            "the trusted proxy \(proxy) passes on entries of X-Forwarded-For that its client sent: have it set the field instead of adding to it, or name the proxies in between in trusted_proxies"
        case .noAddress:
            "the trusted proxy \(proxy) passes an entry in X-Forwarded-For that is not an address: have it set the field to the client's address"
        case .noField:
            "the trusted proxy \(proxy) passes no X-Forwarded-For: all of its clients count as one when they sign in or register"
        }
    }
}
