/// The cost of a connection's last steps as a moving average, which predicts the cost of the next step.
struct StepCost {
    private var averageNanoseconds: Int64 = 0

    /// A connection whose steps cost at least this much is *dear*: it takes turns with other dear ones, so that quick
    /// ones don't wait for them. Quick is, for example, a read of a user's own data, which costs 8 to 65 µs.
    static let dearNanosecondsMin: Int64 = 110_000
    /// The greatest cost that is noted. Such a step makes a connection dear, since a quarter of it is above the limit;
    /// three quick steps make it quick again. The kernel may have interrupted the costly step for something else.
    static let noticedNanosecondsMax: Int64 = 800_000

    /// True if the next step is likely to be costly.
    var isDear: Bool { averageNanoseconds >= Self.dearNanosecondsMin }

    mutating func note(_ nanoseconds: Int64) {
        averageNanoseconds += (min(nanoseconds, Self.noticedNanosecondsMax) - averageNanoseconds) / 4
    }
}
