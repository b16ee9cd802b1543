/// A histogram: the number of values in each interval. One thread observes values, and any thread may take a
/// ``snapshot``.
package final class Histogram: Sendable {
    /// The inclusive upper bounds of the intervals in ascending order, in the unit of the values.
    private let bounds: [Int]
    /// The number of values for each bound, and then the number of values above all bounds.
    private let counts: InlineArray<20, Counter> = InlineArray { _ in Counter() }
    private let sum = Counter()
    private let unitsPerBaseUnit: Int

    private static let boundsMax = 19

    /// - Parameters:
    ///   - bounds: the inclusive upper bounds, at most 19, in ascending order.
    ///   - unitsPerBaseUnit: the number of the values' units in the unit that is shown, such as a billion for
    ///     nanoseconds that are shown as seconds.
    package init(bounds: [Int], unitsPerBaseUnit: Int = 1) {
        precondition(bounds.count <= Self.boundsMax, "bounds must not have more than 19 elements")
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "bounds must be in ascending order")
        self.bounds = bounds
        self.unitsPerBaseUnit = unitsPerBaseUnit
    }

    /// A histogram of durations in nanoseconds, with bounds from 25 µs to 10 s.
    package static func durations() -> Histogram {
        let microseconds = [
            25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
            2_500_000, 5_000_000, 10_000_000,
        ]
        return Histogram(bounds: microseconds.map { $0 * 1000 }, unitsPerBaseUnit: 1_000_000_000)
    }

    package func observe(_ value: Int) {
        var index = 0
        while index < bounds.count, bounds[index] < value { index += 1 }
        counts[index].add()
        sum.add(value)
    }

    package var snapshot: HistogramSnapshot {
        HistogramSnapshot(
            bounds: bounds, unitsPerBaseUnit: unitsPerBaseUnit, counts: (0...bounds.count).map { counts[$0].current },
            sum: sum.current)
    }
}

/// The counts of a histogram at one moment.
package struct HistogramSnapshot: Sendable, Equatable {
    package let bounds: [Int]
    package let unitsPerBaseUnit: Int
    /// The number of values up to each bound and above the previous one, and then the number of values above all
    /// bounds.
    package private(set) var counts: [Int]
    package private(set) var sum: Int

    package var count: Int { counts.reduce(0, +) }

    /// Adds the counts of a histogram with the same bounds.
    package static func += (all: inout HistogramSnapshot, more: HistogramSnapshot) {
        precondition(all.bounds == more.bounds, "both histograms must have the same bounds")
        for index in all.counts.indices { all.counts[index] += more.counts[index] }
        all.sum += more.sum
    }
}
