import Foundation
import TestSupport
import Testing

/// A thousand days of the accrual pipeline in CI; `MARTLET_TEST_SCALE=100` for a hundred thousand, `MARTLET_SEED` for
/// one.
struct SimulationTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let seeds: Range<UInt64> =
        environment["MARTLET_SEED"].flatMap { UInt64($0) }.map { $0..<($0 + 1) } ?? 1..<UInt64(1000 * Scale.factor + 1)

    @Test func everyDayKeepsTheRules() {
        let start = ContinuousClock.now
        var orders = 0
        var questions = 0
        for seed in Self.seeds {
            let day = Day(seed: seed)
            do throws(Violation) { try day.run() } catch {
                Issue.record("\(error); replay with MARTLET_SEED=\(seed)")
            }
            orders += day.database.orders.count
            questions += day.askCount
        }
        #expect(orders > 0 && questions >= orders)
        print("\(Self.seeds.count) days, \(orders) orders, \(questions) questions in \(ContinuousClock.now - start)")
    }

    /// Days on a real file, which is closed and opened with its server.
    @Test func theFileAgreesWithTheModel() throws {
        for seed in Self.seeds.prefix(10 * Scale.factor) {
            let file = try RealFile(users: Day.users)
            defer { file.remove() }
            let day = Day(seed: seed, file: file)
            do throws(Violation) { try day.run() } catch {
                Issue.record("\(error); replay with MARTLET_SEED=\(seed)")
            }
        }
    }

    /// The trace is the same in another process, in which Swift's sets have other hashes.
    @Test func aSeedReplaysToTheSameTrace() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("martlet-trace-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        var arguments = ["--testing-library", "swift-testing", "--filter", "tracesAreWritten"]
        // If the tests are a library that a runner loads, the runner needs its path.
        let own = ProcessInfo.processInfo.arguments
        if let flag = own.firstIndex(of: "--test-bundle-path") { arguments = own[flag...].prefix(2) + arguments }
        let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
        let other = try ChildProcess(
            executable, arguments, environment: Self.environment.merging(["MARTLET_TRACE": file.path]) { $1 })
        other.waitForEnd()
        let written = try Data(contentsOf: file)
        #expect(written.count > 10_000)
        #expect(Self.traces == written)
    }

    /// The part of the test above that runs in the other process.
    @Test(.enabled(if: environment["MARTLET_TRACE"] != nil))
    func tracesAreWritten() throws {
        let path = try #require(Self.environment["MARTLET_TRACE"])
        try Self.traces.write(to: URL(fileURLWithPath: path))
    }

    private static var traces: Data {
        let lines = (1...20 as ClosedRange<UInt64>).flatMap { seed in
            let day = Day(seed: seed, isTraced: true)
            try? day.run()
            return ["seed \(seed)"] + day.trace.lines
        }
        return Data(lines.joined(separator: "\n").utf8)
    }

    /// Each rule that is broken on purpose is detected within 1,000 seeds.
    @Test(arguments: BrokenRule.allCases)
    func aBrokenRuleIsDetected(broken: BrokenRule) {
        let seedsMax: UInt64 = 1000
        for seed in 1...seedsMax {
            do throws(Violation) { try Day(seed: seed, broken: broken).run() } catch {
                #expect(error.rule == broken.rule, "seed \(seed)")
                return print("\(broken): seed \(seed), \(error)")
            }
        }
        Issue.record("\(broken) is not seen by any of \(seedsMax) seeds")
    }
}
