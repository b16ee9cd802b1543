import Posix
import Synchronization

/// Counts connections, in all and by address, for the loops together.
final class Admission: Sendable {
    private struct Counts {
        var total = 0
        var byAddress: [[UInt8]: Int] = [:]
    }

    private let counts = Mutex(Counts())
    private let connectionsMax: Int
    private let connectionsPerAddressMax: Int

    init(connectionsMax: Int, connectionsPerAddressMax: Int) {
        self.connectionsMax = connectionsMax
        self.connectionsPerAddressMax = connectionsPerAddressMax
    }

    /// Whether there is room for one more from the address; it is then counted until it is released.
    func admit(_ peer: Endpoint) -> Bool {
        counts.withLock { counts in
            let fromAddress = counts.byAddress[peer.address, default: 0]
            guard counts.total < connectionsMax, fromAddress < connectionsPerAddressMax else { return false }
            counts.total += 1
            counts.byAddress[peer.address] = fromAddress + 1
            return true
        }
    }

    /// Connections of this moment.
    var connectionCount: Int { counts.withLock(\.total) }

    func release(_ peer: Endpoint) {
        counts.withLock { counts in
            guard let fromAddress = counts.byAddress[peer.address] else {
                preconditionFailure("only what was admitted is released")
            }
            counts.total -= 1
            counts.byAddress[peer.address] = fromAddress > 1 ? fromAddress - 1 : nil
        }
    }
}
