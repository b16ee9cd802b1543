import Loyalty

/// The owner's settings for throttling; 0 means no limit.
package struct ThrottlePolicy: Sendable {
    /// Failed sign-ins per hour, for one login and source, before further attempts are delayed.
    package let failuresPerLoginMax: Int
    /// Failed sign-ins per hour, for one network, before further attempts are delayed.
    package let failuresPerNetworkMax: Int
    /// Registrations per hour, for one network, before further ones are delayed.
    package let registrationsPerHourMax: Int
    /// The longest delay.
    package let delaySecondsMax: Int64
    /// The most sign-ins, registrations and changes of a password, all together, that one network or device may have in
    /// progress.
    package let hashingPerSourceMax: Int

    /// The most attempts that can fail at the same time. If only the hasher's queue bounds them, the default length of
    /// that queue.
    var burstMax: Int { hashingPerSourceMax > 0 ? hashingPerSourceMax : HashingLimits().waitingMax }

    package init(
        failuresPerLoginMax: Int, failuresPerNetworkMax: Int, registrationsPerHourMax: Int, delaySecondsMax: Int64,
        hashingPerSourceMax: Int
    ) {
        precondition(delaySecondsMax > 0 && delaySecondsMax <= 86_400, "delaySecondsMax must be 1 to 86,400")
        self.failuresPerLoginMax = failuresPerLoginMax
        self.failuresPerNetworkMax = failuresPerNetworkMax
        self.registrationsPerHourMax = registrationsPerHourMax
        self.delaySecondsMax = delaySecondsMax
        self.hashingPerSourceMax = hashingPerSourceMax
    }
}
