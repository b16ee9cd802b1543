import SQLite
import Testing

/// The headers that a log's file may have while the index says that the log is empty.
@Suite struct LogStartTests {
    private static let known = LogStart(generation: 7, salt: 70)
    private static let index = LogStart(generation: 9, salt: 90)

    @Test(arguments: [
        (LogStart(generation: 7, salt: 70), true), (LogStart(generation: 9, salt: 90), true),
        // A log that another program began and wrote back in between.
        (LogStart(generation: 8, salt: 1), true),
        (LogStart(generation: 7, salt: 71), false), (LogStart(generation: 9, salt: 91), false),
        (LogStart(generation: 6, salt: 60), false), (LogStart(generation: 10, salt: 100), false),
        (LogStart(generation: 4_000_000_000, salt: 5), false),
    ])
    func onlyLogsOfThisDatabaseAreExpected(start: LogStart, isExpected: Bool) {
        #expect(start.isExpected(after: Self.known, inIndex: Self.index) == isExpected)
    }

    @Test func generationsWrap() {
        let known = LogStart(generation: .max, salt: 1)
        let index = LogStart(generation: 1, salt: 2)
        #expect(LogStart(generation: 0, salt: 3).isExpected(after: known, inIndex: index))
        #expect(!LogStart(generation: 2, salt: 3).isExpected(after: known, inIndex: index))
    }
}
