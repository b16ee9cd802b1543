import Testing

@testable import AccrualClient

@Suite struct HealthMonitorTests {
    /// A tick: good, bad and throttled answers, the time since the last tick, and the news that is expected.
    struct Tick: Sendable {
        let counts: AnswerCounts
        let milliseconds: Int64
        let news: AccrualHealth?

        init(good: Int = 0, bad: Int = 0, throttled: Int = 0, after milliseconds: Int64 = 250, _ news: AccrualHealth?) {
            var counts = AnswerCounts()
            (counts.processed, counts.failed, counts.throttled) = (good, bad, throttled)
            (self.counts, self.milliseconds, self.news) = (counts, milliseconds, news)
        }
    }

    @Test(arguments: [
        [Tick(good: 1, .healthy), Tick(good: 1, nil), Tick(nil)],
        // At the start the first answer counts.
        [Tick(bad: 1, .troubled("down")), Tick(bad: 9, nil), Tick(good: 1, .healthy)],
        // An odd order is not news, however long it remains odd.
        [Tick(good: 1, .healthy), Tick(bad: 1, nil), Tick(bad: 1, after: 100_000, nil), Tick(good: 1, nil)],
        [Tick(good: 1, .healthy), Tick(bad: 2, nil), Tick(good: 1, bad: 5, nil), Tick(bad: 2, after: 100_000, nil)],
        // Many bad answers at once are not news either, until there has been nothing else for a second.
        [Tick(good: 1, .healthy), Tick(bad: 900, nil), Tick(bad: 900, after: 999, nil), Tick(good: 1, nil)],
        [Tick(good: 1, .healthy), Tick(bad: 2, nil), Tick(bad: 1, after: 1000, .troubled("down")), Tick(bad: 1, nil)],
        // Half of the answers are bad: the accrual system is there.
        [Tick(good: 4, bad: 4, .healthy), Tick(good: 4, bad: 4, nil), Tick(good: 1, bad: 900, nil)],
        [Tick(throttled: 1, .throttled), Tick(throttled: 8, nil), Tick(good: 1, throttled: 3, .healthy)],
        [Tick(bad: 1, .troubled("down")), Tick(bad: 3, throttled: 1, .throttled), Tick(good: 1, .healthy)],
    ])
    func newsIsReportedOnce(_ ticks: [Tick]) {
        var monitor = HealthMonitor()
        var now: Int64 = 5_000
        for (index, tick) in ticks.enumerated() {
            now += tick.milliseconds
            let news = monitor.note(tick.counts, trouble: tick.counts.bad > 0 ? "down" : nil, now: now)
            #expect(news == tick.news, "tick \(index)")
        }
    }

    /// A bad answer about an order that was forgiven before says nothing about the accrual system.
    @Test func oddOrdersAreNoTrouble() {
        var monitor = HealthMonitor()
        var counts = AnswerCounts()
        counts.failed = 5
        for now in stride(from: 0, to: 100_000, by: 250) as StrideTo<Int64> {
            #expect(monitor.note(counts, oddCount: 5, trouble: nil, now: now) == nil)
        }
        #expect(monitor.note(counts, oddCount: 4, trouble: "down", now: 100_000) == .troubled("down"))
    }
}
