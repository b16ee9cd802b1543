import Loyalty

/// What an owner may set about it; 0 is no limit.
package struct ThrottlePolicy: Sendable {
    /// Failed sign-ins an hour, of one login from one network, that nobody waits for.
    package let failuresPerLoginMax: Int
    /// Failed sign-ins an hour from one network that nobody waits for.
    package let failuresPerNetworkMax: Int
    /// Registrations an hour from one network that nobody waits for.
    package let registrationsPerHourMax: Int
    /// The longest wait.
    package let delaySecondsMax: Int64
    /// Sign-ins, changes of a password and registrations together that one network, or one device, may have under way.
    package let hashingPerSourceMax: Int

    /// What a burst is where nothing bounds it but the hasher's queue, which is as long by default.
    private static let burstMaxDefault = 256

    /// As many may fail at once.
    var burstMax: Int { hashingPerSourceMax > 0 ? hashingPerSourceMax : Self.burstMaxDefault }

    package init(
        failuresPerLoginMax: Int, failuresPerNetworkMax: Int, registrationsPerHourMax: Int, delaySecondsMax: Int64,
        hashingPerSourceMax: Int
    ) {
        precondition(delaySecondsMax > 0 && delaySecondsMax <= 86_400, "a wait ends within a day")
        self.failuresPerLoginMax = failuresPerLoginMax
        self.failuresPerNetworkMax = failuresPerNetworkMax
        self.registrationsPerHourMax = registrationsPerHourMax
        self.delaySecondsMax = delaySecondsMax
        self.hashingPerSourceMax = hashingPerSourceMax
    }
}
