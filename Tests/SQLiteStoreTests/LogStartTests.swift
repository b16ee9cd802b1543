import SQLite
import Testing

/// The order of logs by the numbers in their headers.
@Suite struct LogStartTests {
    @Test(arguments: [
        (7, 8, 9, true), (7, 7, 9, false), (7, 9, 9, false), (7, 6, 9, false), (7, 10, 9, false),
        (7, 4_000_000_000, 9, false), (.max, 0, 1, true), (.max, 2, 1, false), (7, 8, 7, false),
    ])
    func logsAreOrderedAlsoWhenTheirNumbersWrap(earlier: UInt32, number: UInt32, later: UInt32, isBetween: Bool) {
        let start = { (generation: UInt32) in LogStart(generation: generation, salt: 1) }
        #expect(start(number).isBetween(start(earlier), start(later)) == isBetween)
    }
}
