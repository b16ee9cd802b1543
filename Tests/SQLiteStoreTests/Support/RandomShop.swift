import Loyalty
import Storage
import TestSupport

/// A shop as records, as an export of it would have them: ids from 1, orders in the order of their uploads, and each
/// change of a balance with its place in the ledger.
struct RandomShop {
    private(set) var records: [ShopRecord] = []
    private var random: SeededRandom
    private var balances: [Balance]
    private var orders: [MovedOrder] = []
    private var entries: [MovedEntry] = []
    private var position: Int64 = 0
    private var nextNumber = 0

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        balances = []
        let userCount = Int.random(in: 1...8, using: &random)
        balances = Array(repeating: Balance(current: .zero, withdrawn: .zero), count: userCount)
        for _ in 0..<Int.random(in: 0...60, using: &random) {
            addSomething(to: .random(in: 0..<userCount, using: &random))
        }
        records = (0..<userCount).map { .user(user($0)) } + orders.map { .order($0) } + entries.map { .entry($0) }
    }

    private mutating func user(_ index: Int) -> MovedUser {
        let state = [UserAccount.State.active, .active, .disabled, .deleted].randomElement(using: &random)!
        let hashes = [PasswordHash.sample("x"), .ofNobody(.bcrypt(cost: 10)), nil]
        return MovedUser(
            key: String(index + 1), login: state == .deleted ? nil : try? Login("u\u{0301} \(index)"),
            passwordHash: state == .deleted ? nil : hashes.randomElement(using: &random)!, state: state,
            createdAt: time(), balance: balances[index])
    }

    /// Clocks may be set back, so that times need not grow.
    private mutating func time() -> Timestamp {
        Timestamp(milliseconds: .random(in: Timestamp.writableMilliseconds, using: &random))
    }

    private mutating func number() -> OrderNumber {
        nextNumber += 1
        return .sample(nextNumber)
    }

    private mutating func nextPosition() -> Int64 {
        position += 1
        return position
    }

    private mutating func addSomething(to user: Int) {
        switch Int.random(in: 0..<8, using: &random) {
        case 0...3: addOrder(to: user)
        case 4: spend(user)
        case 5: adjust(user)
        case 6: refund()
        default: takeBack()
        }
    }

    private mutating func addOrder(to user: Int) {
        let status = Order.Status.allCases.randomElement(using: &random)!
        let accrual = Points(hundredths: status == .processed ? .random(in: 0...100_000, using: &random) : 0)
        let uploadedAt = time()
        let isCredited = accrual > .zero
        let position = isCredited ? nextPosition() : nil
        orders.append(
            MovedOrder(
                user: String(user + 1),
                order: Order(number: number(), status: status, accrual: accrual, uploadedAt: uploadedAt),
                creditedAt: isCredited ? time() : uploadedAt, position: position))
        change(user, by: accrual.hundredths)
    }

    private mutating func change(_ user: Int, by hundredths: Int64, withdrawn: Int64 = 0) {
        let balance = balances[user]
        balances[user] = Balance(
            current: Points(hundredths: balance.current.hundredths + hundredths),
            withdrawn: Points(hundredths: balance.withdrawn.hundredths + withdrawn))
    }

    private mutating func add(
        _ kind: LedgerEntry.Kind, of user: Int, _ number: OrderNumber?, _ hundredths: Int64, hasNote: Bool = true
    ) {
        entries.append(
            MovedEntry(
                user: String(user + 1), kind: kind, number: number, points: Points(hundredths: hundredths), at: time(),
                note: hasNote ? LedgerNote(author: "olga", reason: "🎁 \(position)") : nil, position: nextPosition()))
        let withdrawn = kind == .withdrawal || kind == .refund ? -hundredths : 0
        change(user, by: hundredths, withdrawn: withdrawn)
    }

    private mutating func spend(_ user: Int) {
        let current = balances[user].current.hundredths
        guard current > 0 else { return }
        let sum = Int64.random(in: 1...current, using: &random)
        let hasNote = Bool.random(using: &random)
        add(.withdrawal, of: user, number(), -sum, hasNote: hasNote)
    }

    private mutating func adjust(_ user: Int) {
        let points = Int64.random(in: -balances[user].current.hundredths...1_000, using: &random)
        if points != 0 { add(.adjustment, of: user, nil, points) }
    }

    private mutating func refund() {
        let refunded = Set(entries.filter { $0.kind == .refund }.map(\.number))
        let open = entries.filter { $0.kind == .withdrawal && !refunded.contains($0.number) }
        guard let spent = open.randomElement(using: &random), let user = Int(spent.user) else { return }
        add(.refund, of: user - 1, spent.number, -spent.points.hundredths)
    }

    private mutating func takeBack() {
        let returned = Set(entries.filter { $0.kind == .returned }.map(\.number))
        let open = orders.filter { $0.order.accrual > .zero && !returned.contains($0.order.number) }
        guard let order = open.randomElement(using: &random), let user = Int(order.user) else { return }
        let most = min(order.order.accrual.hundredths, balances[user - 1].current.hundredths)
        if most > 0 { add(.returned, of: user - 1, order.order.number, -.random(in: 1...most, using: &random)) }
    }
}
