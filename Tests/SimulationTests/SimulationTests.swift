import Foundation
import Testing

/// A thousand days of the accrual pipeline in CI; `MARTLET_TEST_SCALE=100` for a hundred thousand, `MARTLET_SEED` for one.
struct SimulationTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let scale = max(1, environment["MARTLET_TEST_SCALE"].flatMap { Int($0) } ?? 1)
    private static let seeds: Range<UInt64> =
        environment["MARTLET_SEED"].flatMap { UInt64($0) }.map { $0..<($0 + 1) } ?? 1..<UInt64(1000 * scale + 1)

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

    /// Days on a real file, which ends and starts with its server.
    @Test func theFileAgreesWithTheModel() throws {
        for seed in Self.seeds.prefix(10 * Self.scale) {
            let day = Day(seed: seed, file: try RealFile(users: Day.users))
            do throws(Violation) { try day.run() } catch {
                Issue.record("\(error); replay with MARTLET_SEED=\(seed)")
            }
        }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func aSeedReplaysToTheSameTrace(seed: UInt64) {
        let traces = (0..<2).map { _ in
            let day = Day(seed: seed, isTraced: true)
            try? day.run()
            return day.trace.lines.joined(separator: "\n")
        }
        #expect(traces[0].utf8.count > 100)
        #expect(Array(traces[0].utf8) == Array(traces[1].utf8))
    }

    /// Each rule broken on purpose is seen within the first so many seeds.
    @Test(arguments: BrokenRule.allCases)
    func aBrokenRuleIsSeen(broken: BrokenRule) {
        let seedsMax: UInt64 = 200
        for seed in 1...seedsMax {
            do throws(Violation) { try Day(seed: seed, broken: broken).run() } catch {
                #expect(error.rule == broken.rule, "seed \(seed)")
                return print("\(broken): seed \(seed), \(error)")
            }
        }
        Issue.record("\(broken) is not seen by any of \(seedsMax) seeds")
    }
}
