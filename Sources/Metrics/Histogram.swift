/// How often values fell between which bounds. One thread observes, any may take a ``snapshot``.
package final class Histogram: Sendable {
    /// Upper bounds, each included, rising; in the unit of the values.
    private let bounds: [Int]
    /// Behind those of the bounds, one for all that is above them.
    private let counts: InlineArray<20, Counter> = InlineArray { _ in Counter() }
    private let sum = Counter()
    private let unitsPerBaseUnit: Int

    private static let boundsMax = 19

    /// - Parameter unitsPerBaseUnit: a billion where values are nanoseconds and shown as seconds.
    package init(bounds: [Int], unitsPerBaseUnit: Int = 1) {
        precondition(bounds.count <= Self.boundsMax, "each bound has a counter")
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "bounds rise")
        self.bounds = bounds
        self.unitsPerBaseUnit = unitsPerBaseUnit
    }

    /// Of durations in nanoseconds: a tenth of a millisecond to ten seconds.
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

/// What a histogram had counted at some moment.
package struct HistogramSnapshot: Sendable, Equatable {
    package let bounds: [Int]
    package let unitsPerBaseUnit: Int
    /// Of each bound, what was above the bound before; behind them, what was above all.
    package private(set) var counts: [Int]
    package private(set) var sum: Int

    package var count: Int { counts.reduce(0, +) }

    /// Adds what another of the same bounds has counted.
    package static func += (all: inout HistogramSnapshot, more: HistogramSnapshot) {
        precondition(all.bounds == more.bounds, "only counts of the same add up")
        for index in all.counts.indices { all.counts[index] += more.counts[index] }
        all.sum += more.sum
    }
}
