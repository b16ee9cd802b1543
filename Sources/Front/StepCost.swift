/// What a connection's last steps have cost, as a moving average: it tells whether the next one is likely to cost much.
struct StepCost {
    private var averageNanoseconds: Int64 = 0

    /// A connection whose steps cost more takes its turn among others of the kind, so that the quick ones wait for none of
    /// them: a read of what a user has costs 8 to 65 µs.
    static let dearNanosecondsMin: Int64 = 110_000
    /// The greatest cost that is noticed. A quarter of it makes a connection dear, and three quick steps make it quick again:
    /// the kernel may have interrupted a step for something else.
    static let noticedNanosecondsMax: Int64 = 800_000

    /// True if the next step is likely to cost much.
    var isDear: Bool { averageNanoseconds >= Self.dearNanosecondsMin }

    mutating func note(_ nanoseconds: Int64) {
        averageNanoseconds += (min(nanoseconds, Self.noticedNanosecondsMax) - averageNanoseconds) / 4
    }
}
