import Metrics
import Testing

@Suite struct MetricsTests {
    @Test func aValueIsCountedInTheFirstBucketWithRoomForIt() {
        let cases: [(value: Int, bucket: Int)] = [
            (-1, 0), (0, 0), (1, 0), (2, 1), (10, 1), (11, 2), (100, 2), (101, 3),
        ]
        for (value, bucket) in cases {
            let histogram = Histogram(bounds: [1, 10, 100])
            histogram.observe(value)
            #expect(histogram.snapshot.counts == (0..<4).map { $0 == bucket ? 1 : 0 }, "\(value)")
            #expect(histogram.snapshot.sum == value)
        }
    }

    @Test func histogramsOfSeveralLoopsAddUp() {
        let (one, other) = (Histogram(bounds: [1, 10]), Histogram(bounds: [1, 10]))
        for value in [1, 5, 50] { one.observe(value) }
        for value in [5, 6] { other.observe(value) }
        var sum = one.snapshot
        sum += other.snapshot
        #expect(sum.counts == [1, 3, 1])
        #expect(sum.sum == 67)
        #expect(sum.count == 5)
    }

    @Test func textHasThePrometheusFormat() {
        let histogram = Histogram(bounds: [500, 1000], unitsPerBaseUnit: 1000)
        for value in [400, 600, 3000] { histogram.observe(value) }
        var text = MetricsText()
        text.counter("a_total", "What a counts.") { samples in
            samples.add(1, ["name": "quote \" backslash \\ line\nend"])
            samples.add(2, ["name": "x", "other": "é"])
        }
        text.gauge("b", "What b is.", 0.25)
        text.gauge("nothing", "What is not known.") { _ in }
        text.histogram("c_seconds", "How long c takes.") { $0.add(histogram.snapshot, ["of": "d"]) }
        #expect(
            text.text == #"""
                # HELP a_total What a counts.
                # TYPE a_total counter
                a_total{name="quote \" backslash \\ line\nend"} 1
                a_total{name="x",other="é"} 2
                # HELP b What b is.
                # TYPE b gauge
                b 0.25
                # HELP nothing What is not known.
                # TYPE nothing gauge
                # HELP c_seconds How long c takes.
                # TYPE c_seconds histogram
                c_seconds_bucket{of="d",le="0.5"} 1
                c_seconds_bucket{of="d",le="1.0"} 2
                c_seconds_bucket{of="d",le="+Inf"} 3
                c_seconds_sum{of="d"} 4.0
                c_seconds_count{of="d"} 3

                """#)
    }
}
