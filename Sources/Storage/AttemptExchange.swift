import Loyalty

/// Carries counted attempts to sign in or to register among the servers of one store, so that a client gets no more
/// attempts by asking several servers. An attempt may be lost with a connection.
package protocol AttemptExchange: Sendable {
    /// Sends an attempt to the other servers. The call does not wait.
    ///
    /// - Parameter attempt: at most ``attemptBytesMax`` bytes.
    func announce(_ attempt: [UInt8])

    /// Calls `receive` for each attempt that another server announces, on any thread.
    func subscribe(_ receive: @escaping @Sendable (_ attempt: [UInt8]) -> Void)
}

/// The accounts whose attempts are counted together.
package enum AttemptAccounts: UInt8, Sendable {
    case customers = 1
    case staff = 2
}

extension AttemptExchange {
    package static var attemptBytesMax: Int { 128 }

    /// The part of the exchange that carries the attempts at some accounts alone.
    package func limited(to accounts: AttemptAccounts) -> some AttemptExchange {
        LimitedAttemptExchange(exchange: self, accounts: accounts)
    }
}

/// Marks each attempt with a first byte, and passes on only attempts that have it.
private struct LimitedAttemptExchange<Exchange: AttemptExchange>: AttemptExchange {
    let exchange: Exchange
    let accounts: AttemptAccounts

    func announce(_ attempt: [UInt8]) {
        exchange.announce([accounts.rawValue] + attempt)
    }

    func subscribe(_ receive: @escaping @Sendable ([UInt8]) -> Void) {
        exchange.subscribe { [accounts] attempt in
            if attempt.first == accounts.rawValue { receive(Array(attempt.dropFirst())) }
        }
    }
}
