import Loyalty
import Storage
import TestSupport

extension ConformanceCase {
    static let figures = [
        ConformanceCase("figures are sums of the quarters of an hour between their bounds") { store in
            let quarter = Figures.quarterMilliseconds
            let begin = Timestamp(milliseconds: store.clock.now.milliseconds / quarter * quarter)
            let user = try await store.addUser("gopher")
            try await store.credit(1000, for: 1, to: user)
            store.clock.advance(bySeconds: quarter / 1000)
            _ = try await store.withdraw(300, for: 2, of: user)
            try await store.apply(.adjust(.id(user), Points(hundredths: 50), reason: ""))
            try await store.apply(.adjust(.id(user), Points(hundredths: -20), reason: ""))
            store.clock.advance(bySeconds: quarter / 1000 * 95)
            try await store.apply(.refund(.sample(2), reason: ""))
            try await store.apply(.returnGoods(.sample(1), Points(hundredths: 7), reason: ""))
            let bounds = [0, 1, 2, 3, 96, 97, 98].map { begin.advanced(byMilliseconds: $0 * quarter) }
            let figures = try await store.withStaff { try await $0.figures(between: bounds).get() }
            try expect(figures.map(\.customers), [1, 0, 0, 0, 0, 0])
            try expect(figures.map(\.orders), [1, 0, 0, 0, 0, 0])
            try expect(figures.map(\.granted), [1000, 0, 0, 0, 0, 0])
            try expect(figures.map(\.spent), [0, 300, 0, 0, 0, 0])
            try expect(figures.map(\.adjusted), [0, 30, 0, 0, 0, 0])
            try expect(figures.map(\.refunded), [0, 0, 0, 0, 300, 0])
            try expect(figures.map(\.returned), [0, 0, 0, 0, 7, 0])
            try expect(figures.map(\.outstanding), [1000, 730, 730, 730, 1023, 1023])
            let later = [bounds[1], bounds[6]]
            let rest = try await store.withStaff { try await $0.figures(between: later).get() }
            try expect(rest.map(\.customers), [0])
            try expect(rest.map(\.outstanding), [1023])
        },
        ConformanceCase("figures and statistics are exact with more points than an account holds") { store in
            let quarter = Figures.quarterMilliseconds
            let begin = Timestamp(milliseconds: store.clock.now.milliseconds / quarter * quarter)
            let users = [try await store.addUser("anna"), try await store.addUser("boris")]
            let most = Points(hundredths: .max)
            for user in users {
                try await store.apply(.adjust(.id(user), most, reason: ""))
                store.clock.advance(bySeconds: quarter / 1000)
            }
            _ = try await store.withdraw(300, for: 1, of: users[0])
            try await store.apply(.adjust(.id(users[1]), Points(hundredths: -20), reason: ""))
            let bounds = [0, 2, 3, 4].map { begin.advanced(byMilliseconds: $0 * quarter) }
            let all = 2 * Int128(most.hundredths)
            let figures = try await store.withStaff { try await $0.figures(between: bounds).get() }
            try expect(figures.map(\.customers), [2, 0, 0])
            try expect(figures.map(\.given), [all, 0, 0])
            try expect(figures.map(\.taken), [0, 20, 0])
            try expect(figures.map(\.spent), [0, 300, 0])
            try expect(figures.map(\.outstanding), [all, all - 320, all - 320])
            let later = try await store.withStaff { try await $0.figures(between: [bounds[1], bounds[2]]).get() }
            try expect(later.map(\.spent), [300])
            try expect(later.map(\.outstanding), [all - 320])
            let statistics = try store.asOwner { try $0.statistics() }
            try expect(statistics.outstanding, all - 320)
            try expect(statistics.adjusted, all - 20)
        },
        ConformanceCase("figures equal the history after changes at random") { store in
            for seed in 1...4 as ClosedRange<UInt64> {
                var run = FigureRun(store, seed: seed)
                try await run.run()
            }
        },
    ]
}

/// Changes at random on two customers of their own, at random times, with sums of their own beside those of the store.
private struct FigureRun {
    private let store: StoreUnderTest
    private let seed: UInt64
    private var random: SeededRandom
    private let begin: Timestamp
    private var expected = Figures()
    private var users: [UserID] = []

    init(_ store: StoreUnderTest, seed: UInt64) {
        (self.store, self.seed, random) = (store, seed, SeededRandom(seed: seed))
        store.clock.advance(bySeconds: Figures.quarterMilliseconds / 1000)
        begin = store.clock.now
    }

    private static let stepCount = 60

    mutating func run() async throws {
        for index in 0..<2 {
            users.append(try await store.addUser("user \(seed) \(index)"))
            expected.customers += 1
        }
        for step in 0..<Self.stepCount {
            store.clock.advance(bySeconds: .random(in: 0...1500, using: &random))
            try await change(body: Int(seed) * 1000 + step)
        }
        let begin = begin
        // Spans of another length, so that their bounds are between those of the store.
        let span = Figures.quarterMilliseconds * 5
        let count = (store.clock.now.milliseconds - begin.milliseconds) / span + 2
        let bounds = (0...count).map { begin.advanced(byMilliseconds: $0 * span) }
        let figures = try await store.withStaff { try await $0.figures(between: bounds).get() }
        var sum = Figures()
        for part in figures { sum.add(part) }
        try expect(sum, expected)
        let total = try store.asOwner { try $0.statistics() }.outstanding
        try expect(figures.last?.outstanding, total)
    }

    private mutating func change(body: Int) async throws {
        let user = users[.random(in: 0..<users.count, using: &random)]
        let points = Points(hundredths: .random(in: 1...90, using: &random))
        let earlier = OrderNumber.sample(Int(seed) * 1000 + .random(in: 0..<Self.stepCount, using: &random))
        switch Int.random(in: 0..<6, using: &random) {
        case 0, 1:
            try await store.credit(points.hundredths, for: body, to: user)
            expected.orders += 1
            expected.granted += Int128(points.hundredths)
        case 2:
            let result = try await store.apply(.spend(.id(user), .sample(body), points))
            if case .customer(_, true) = result { expected.spent += Int128(points.hundredths) }
        case 3:
            if case .refunded(let given, _) = try await store.apply(.refund(earlier, reason: "")) {
                expected.refunded += Int128(given.hundredths)
            }
        case 4:
            if case .returned(let goods) = try await store.apply(.returnGoods(earlier, nil, reason: "")) {
                expected.returned += Int128(goods.returned.hundredths)
            }
        default:
            let amount = Points(hundredths: Bool.random(using: &random) ? points.hundredths : -points.hundredths)
            let result = try await store.apply(.adjust(.id(user), amount, reason: ""))
            guard case .customer = result else { return }
            if amount > .zero {
                expected.given += Int128(points.hundredths)
            } else {
                expected.taken += Int128(points.hundredths)
            }
        }
    }
}

extension Figures {
    fileprivate mutating func add(_ other: Figures) {
        customers += other.customers
        orders += other.orders
        granted += other.granted
        spent += other.spent
        returned += other.returned
        refunded += other.refunded
        given += other.given
        taken += other.taken
    }
}
