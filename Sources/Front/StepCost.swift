/// The cost of a connection's last steps as a moving average, which predicts the cost of the next step.
struct StepCost {
    private var averageNanoseconds: Int64 = 0

    /// A connection whose steps cost at least this much is *costly*: it takes turns with other costly ones, so that
    /// quick ones don't wait for them. Quick is, for example, a read of a user's own data, which costs 8 to 65 µs.
    static let costlyNanosecondsMin: Int64 = 110_000
    /// The largest cost that counts for one step: the kernel may have interrupted a longer one for something else. One
    /// such step makes a connection costly, since a quarter of it is above the limit; three quick steps make it quick
    /// again.
    static let noticedNanosecondsMax: Int64 = 800_000

    /// True if the next step is likely to be costly.
    var isCostly: Bool { averageNanoseconds >= Self.costlyNanosecondsMin }

    mutating func note(_ nanoseconds: Int64) {
        averageNanoseconds += (min(nanoseconds, Self.noticedNanosecondsMax) - averageNanoseconds) / 4
    }
}
