/// Carries counted attempts to sign in or to register among the servers of one store, so that a client can't have more
/// of them by asking several servers. An attempt may be lost with a connection.
package protocol AttemptExchange: Sendable {
    /// Sends an attempt to the other servers. The call does not wait.
    ///
    /// - Parameter attempt: at most ``attemptBytesMax`` bytes.
    func announce(_ attempt: [UInt8])

    /// Calls `receive` for each attempt that another server announces, on any thread.
    func subscribe(_ receive: @escaping @Sendable (_ attempt: [UInt8]) -> Void)
}

extension AttemptExchange {
    package static var attemptBytesMax: Int { 128 }
}
