import Loyalty
import TestSupport
import Testing

@testable import Rewards

/// The points that receipts earn: exact, and rounded once.
@Suite struct EarningsTests {
    /// A written price or reward, scaled to an integer.
    static func scaled(_ text: String, places: Int) -> Int128 {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        precondition(fraction.count <= places, "a test's number has the places")
        return Int128("\(parts[0])\(fraction)" + String(repeating: "0", count: places - fraction.count))!
    }

    static func rule(_ match: String, _ reward: String, _ kind: RewardRule.Kind) -> RewardRule {
        RewardRule(
            stored: match, kind: kind, rewardMillionths: Int64(scaled(reward, places: RewardRule.places)))
    }

    static func sum(_ rules: [RewardRule], _ goods: [(String, String)]) -> Points? {
        Earnings.sum(
            of: goods.map { Good(description: $0.0, price: scaled($0.1, places: Good.pricePlaces)) },
            by: RuleIndex(rules))
    }

    private static let bork = [rule("Bork", "10", .percent)]

    private static let cases: [(rules: [RewardRule], goods: [(String, String)], hundredths: Int64?)] = [
        ([], [("Чайник Bork", "7000")], 0),
        (bork, [], 0),
        (bork, [("Чайник Bork", "7000")], 70_000),
        (bork, [("Чайник Bork", "7000"), ("Bork", "1")], 70_010),
        (bork, [("Чайник bork", "7000"), ("Bor", "7"), ("Bo rk", "7"), ("", "7")], 0),
        (bork, [("Bork", "0")], 0),
        // A match counts once for a good, however often it occurs, and each match counts.
        (bork, [("Bork Bork BorkBork", "100")], 1000),
        (bork + [rule("Чайник", "5", .points)], [("Чайник Bork", "100"), ("Чайник", "1")], 2000),
        (
            [rule("Bork", "10", .percent), rule("Bor", "1", .percent), rule("B", "0.5", .points)], [("Bork", "100")],
            1150
        ),
        (
            [
                rule("ab", "1", .points), rule("abc", "2", .points), rule("abcd", "4", .points),
                rule("abcde", "8", .points),
            ],
            [("abcd", "0")], 700
        ),
        ([rule("é", "1", .points)], [("e\u{301}", "0")], 0),
        ([rule("e", "1", .points)], [("e\u{301}", "0")], 100),
        ([rule("\u{0}", "1", .points)], [("a\u{0}", "0")], 100),
        // The sum is rounded half up, once: each good alone would be rounded to nothing.
        ([rule("a", "1", .percent)], [("a", "0.49")], 0),
        ([rule("a", "1", .percent)], [("a", "0.5")], 1),
        ([rule("a", "1", .percent)], [("a", "0.499999999999999999")], 0),
        ([rule("a", "1", .percent)], [("a", "0.2"), ("a", "0.3")], 1),
        ([rule("a", "1", .percent)], [("a", "0.4"), ("a", "0.4"), ("a", "0.4"), ("a", "0.4")], 2),
        ([rule("a", "0.000001", .percent)], [("a", "499999.99")], 0),
        ([rule("a", "0.000001", .percent)], [("a", "500000")], 1),
        ([rule("a", "0.005", .points)], [("a", "7")], 1),
        ([rule("a", "0.004999", .points)], [("a", "7")], 0),
        ([rule("a", "33.333333", .percent)], [("a", "99.999999999999999999")], 3333),
        // A price as shops send it that compute in floating point.
        ([rule("a", "10", .percent)], [("a", "141.29999999999998")], 1413),
        ([rule("a", "100", .percent)], [("a", "10000000000")], 1_000_000_000_000),
        ([rule("a", "100", .percent)], [("a", "10000000000.004999")], 1_000_000_000_000),
        ([rule("a", "100", .percent)], [("a", "10000000000.005")], nil),
        ([rule("a", "100", .percent)], [("a", "10000000000"), ("a", "0.01")], nil),
        ([rule("a", "10000000001", .points)], [("a", "1")], nil),
        ([rule("a", "9223372036854.775807", .percent)], [("a", "170141183460469231731.687303715884105727")], nil),
        ([rule("a", "9223372036854.775807", .points)], [("a", "1")], nil),
        ([rule("b", "1", .points)], [("a", "170141183460469231731.687303715884105727"), ("b", "0")], 100),
    ]

    @Test(arguments: cases.indices)
    func earns(index: Int) {
        let (rules, goods, hundredths) = Self.cases[index]
        #expect(Self.sum(rules, goods)?.hundredths == hundredths, "\(index): \(goods)")
    }

    /// The sum agrees with one in integers of unlimited length, and the matches with a search letter by letter.
    @Test(arguments: [UInt64.random(in: 0..<UInt64.max)] + Array(0..<20))
    func randomReceiptsEarnTheExactSum(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<100 {
            let rules = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                let reward = Self.decimal(&random, whole: 4, places: RewardRule.places)
                return (Self.text(&random, length: 1...5), reward == "0" ? "1" : reward, Bool.random(using: &random))
            }
            let goods = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                (Self.text(&random, length: 0...12), Self.decimal(&random, whole: 9, places: Good.pricePlaces))
            }
            var exact = Natural(0)
            for good in goods {
                for rule in rules where Self.contains(good.0, rule.0) {
                    // In units of 10^-26 points.
                    let reward = Natural(rule.1, places: 6)
                    exact = exact + reward * (rule.2 ? Natural(good.1, places: 18) : Natural("1", places: 20))
                }
            }
            let hundredths = (exact + Natural("0.5", places: 24)).droppingDigits(24)
            let expected = hundredths.digits.count <= 12 || hundredths.text == "1000000000000" ? hundredths.text : nil
            let earned = Self.sum(
                rules.map { Self.rule($0.0, $0.1, $0.2 ? .percent : .points) }, goods)
            #expect(earned.map { String($0.hundredths) } == expected, "seed \(seed): \(rules) \(goods)")
        }
    }

    private static func text(_ random: inout SeededRandom, length: ClosedRange<Int>) -> String {
        let letters = ["a", "b", "a", "b", "B", "é", "Ч", "й", " ", "\u{301}"]
        return (0..<Int.random(in: length, using: &random)).map { _ in letters.randomElement(using: &random)! }.joined()
    }

    private static func decimal(_ random: inout SeededRandom, whole: Int, places: Int) -> String {
        func digits(_ count: Int) -> String {
            (0..<count).map { _ in "\(Int.random(in: 0...9, using: &random))" }.joined()
        }
        let text = digits(Int.random(in: 1...whole, using: &random))
        let trimmed = String(text.drop { $0 == "0" })
        let fraction = digits(Int.random(in: 0...places, using: &random))
        return (trimmed.isEmpty ? "0" : trimmed) + (fraction.contains { $0 != "0" } ? ".\(fraction)" : "")
    }

    private static func contains(_ text: String, _ part: String) -> Bool {
        let text = Array(text.utf8)
        let part = Array(part.utf8)
        return text.indices.contains { text[$0...].starts(with: part) }
    }
}

/// A natural number of any length, with arithmetic as on paper.
struct Natural {
    /// The digits, the last first.
    let digits: [Int]

    private init(digits: [Int]) {
        self.digits = Array(digits.reversed().drop { $0 == 0 }.reversed())
    }

    init(_ value: Int) { self.init(digits: String(value).reversed().map { $0.wholeNumberValue! }) }

    /// A decimal times 10^`places`.
    init(_ text: String, places: Int) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        let all = "\(parts[0])\(fraction)" + String(repeating: "0", count: places - fraction.count)
        self.init(digits: all.reversed().map { $0.wholeNumberValue! })
    }

    var text: String { digits.isEmpty ? "0" : digits.reversed().map { "\($0)" }.joined() }

    func droppingDigits(_ count: Int) -> Natural { Natural(digits: Array(digits.dropFirst(count))) }

    static func + (left: Natural, right: Natural) -> Natural {
        var sum: [Int] = []
        var carry = 0
        for place in 0..<(max(left.digits.count, right.digits.count) + 1) {
            carry += (place < left.digits.count ? left.digits[place] : 0)
            carry += (place < right.digits.count ? right.digits[place] : 0)
            sum.append(carry % 10)
            carry /= 10
        }
        return Natural(digits: sum)
    }

    static func * (left: Natural, right: Natural) -> Natural {
        var sums = [Int](repeating: 0, count: left.digits.count + right.digits.count + 1)
        for (place, digit) in left.digits.enumerated() {
            for (other, factor) in right.digits.enumerated() { sums[place + other] += digit * factor }
        }
        for place in sums.indices.dropLast() {
            sums[place + 1] += sums[place] / 10
            sums[place] %= 10
        }
        return Natural(digits: sums)
    }
}

/// The automaton finds the same matches as a search letter by letter, and in time.
@Suite struct RuleIndexTests {
    private static func contains(_ text: [UInt8], _ match: [UInt8]) -> Bool {
        match.count <= text.count
            && (0...(text.count - match.count)).contains { text[$0..<($0 + match.count)].elementsEqual(match) }
    }

    /// There are few letters, so that matches begin, end and contain each other.
    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func randomRulesAreFoundLikeBySearch(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let text = { (length: ClosedRange<Int>) in
            String((0..<Int.random(in: length, using: &random)).map { _ in "aab".randomElement(using: &random)! })
        }
        let matches = Set((0..<60).map { _ in text(1...8) }).sorted()
        let index = RuleIndex(matches.map { EarningsTests.rule($0, "1", .points) })
        for _ in 0..<50 {
            let description = text(0...60)
            let expected = matches.filter { Self.contains(Array(description.utf8), Array($0.utf8)) }
            #expect(index.matching(description).map(\.match).sorted() == expected, "seed \(seed): \(description)")
        }
    }

    /// Ten thousand rules differ only at their ends, and a megabyte of text nearly matches them everywhere.
    @Test(arguments: ["a", "ab", "x"])
    func theTimeGrowsOnlyWithTheText(unit: String) {
        let start = String(repeating: "a", count: 95)
        let rules = (0..<10_000).map { EarningsTests.rule("\(start)\(10_000 + $0)", "1", .points) }
        let index = RuleIndex(rules)
        let description = String(repeating: unit, count: 1_000_000 / unit.utf8.count)
        let begun = ContinuousClock.now
        #expect(index.matching(description).isEmpty)
        #expect(index.matching(description + start + "12345").map(\.match) == ["\(start)12345"])
        #expect(ContinuousClock.now - begun < .seconds(20), "a search rule by rule takes hours in a debug build")
    }
}
