import Loyalty
import Postgres
import SharedStore
import Storage
import TestSupport
import Testing

@testable import PostgresStore

/// Each statement that all engines share runs on PostgreSQL, with rows to read. SQLite would take a wrong type, a sum
/// that is no integer, or a column that is not unique in a statement.
@Suite(.enabled(if: PostgreSQLServer.isInstalled)) struct SharedStatementTests {
    private static let now = Timestamp(milliseconds: 1_700_000_000_000)
    private static let owner = Actor(system: "test")

    /// A shop with a customer who has orders, points and withdrawals, and a cashier.
    private struct Shop {
        let transaction: TestTransaction
        let user: UserID
        let cashier: StaffAccount
    }

    private func withShop(_ body: (Shop) throws -> Void) throws {
        let database = try TestDatabase()
        let session = PostgresSession(try database.connect(), until: TestDatabase.patience)
        let transaction = TestTransaction(session)
        let added = try transaction.addUser(
            Login("gopher"), passwordHash: .sample("gopher"), session: Self.session("gopher"), at: Self.now)
        let user = try #require(added)
        for (number, points) in [(1, 700), (2, 10_000)] as [(Int, Int64)] {
            _ = try transaction.addOrder(.sample(number), of: user, at: Self.now)
            try transaction.credit(.sample(number), points, to: user, at: Self.now)
        }
        _ = try transaction.addOrder(.sample(3), of: user, at: Self.now)
        _ = try transaction.withdraw(Points(hundredths: 100), for: .sample(4), of: user, at: Self.now)
        let hash = PasswordHash.sample("cashier")
        guard case .staff(let cashier, true) = try change(.addStaff(StaffName("ann"), .cashier, hash), transaction)
        else { throw TestFailure("the name is new") }
        try body(Shop(transaction: transaction, user: user, cashier: cashier))
        try session.connection.finishTransaction(until: TestDatabase.patience)
    }

    private func change(
        _ change: ShopChange, _ transaction: TestTransaction, request: IdempotentRequest? = nil,
        by actor: Actor = SharedStatementTests.owner
    ) throws -> ShopChangeResult {
        let applied = try transaction.apply(change, by: actor, request: request, at: Self.now)
        guard case .now(let result) = applied else { throw TestFailure("the change is made now") }
        return result
    }

    private static func session(_ name: String) -> NewSession {
        NewSession(
            token: SessionToken(text: name), id: .sample(name), expiresAt: Timestamp(milliseconds: 4_000_000_000_000),
            perUserMax: 2,
            origin: SignInOrigin(
                network: SignInPlace(bytes: [192, 0, 2, 1]),
                device: SignInPlace(bytes: [UInt8](repeating: 7, count: SignInPlace.deviceByteCount)), at: now))
    }

    @Test func accounts() throws {
        try withShop { shop in
            let transaction = shop.transaction
            let login = try Login("gopher")
            let credentials = try #require(try transaction.credentials(of: login))
            #expect(credentials.user == shop.user)
            #expect(try transaction.addUser(login, passwordHash: .sample("x"), at: Self.now) == nil)
            for name in ["second", "third", "fourth"] {
                #expect(try transaction.addSession(Self.session(name), of: credentials))
            }
            #expect(try transaction.signIns(of: shop.user).sessionEnds.count == 2)
            #expect(try transaction.signIns(of: shop.user).places.count == 2)
            let place = SignInPlace(bytes: [192, 0, 2, 1])
            #expect(
                try transaction.signInPlaces(of: login, among: [place, SignInPlace(bytes: [1, 2, 3, 4])]) == [place])
            #expect(try transaction.profile(of: shop.user)?.createdAt == Self.now)
            #expect(
                try transaction.changePassword(
                    of: credentials, to: .sample("new"), keeping: .sample("fourth"), places: [place]))
            #expect(try !transaction.addSession(Self.session("fifth"), of: credentials))
            #expect(try transaction.signIns(of: shop.user).places.map(\.place) == [place])
            try transaction.removeSession(.sample("fourth"))
            #expect(try transaction.signIns(of: shop.user).sessionEnds == [])
        }
    }

    @Test func customersOfTheStaff() throws {
        try withShop { shop in
            let transaction = shop.transaction
            let customers = try transaction.customers(startingWith: "go", from: nil, limit: 1)
            #expect(customers.items.map(\.id) == [shop.user])
            let after = PageCursor(rawValue: shop.user.rawValue)
            #expect(try transaction.customers(startingWith: "", from: after, limit: 1).items == [])
            #expect(try transaction.customers(of: .sample(1)).map(\.id) == [shop.user])
            #expect(try transaction.customers(of: .sample(4)).map(\.id) == [shop.user])
            #expect(
                try transaction.customer(shop.user)?.balance
                    == Balance(
                        current: Points(hundredths: 10_600), withdrawn: Points(hundredths: 100)))
            let orders = try transaction.customerOrders(of: shop.user, from: nil, limit: 2)
            #expect(orders.items.map(\.order.number) == [.sample(3), .sample(2)])
            #expect(try transaction.customerOrders(of: shop.user, from: orders.next, limit: 2).items.count == 1)
            #expect(try transaction.customerWithdrawals(of: shop.user, from: nil, limit: 2).items.count == 1)
            #expect(try transaction.annotatedLedger(of: shop.user, from: nil, limit: 9).items.count == 3)
            #expect(try transaction.facts(of: .sample(1)).order?.order.status == .processed)
            #expect(try transaction.facts(of: .sample(4)).spender?.id == shop.user)
        }
    }

    @Test func ordersAndPoints() throws {
        try withShop { shop in
            let transaction = shop.transaction
            guard
                case .sold(let sale) = try change(
                    .sell(.sample(5), earning: Points(hundredths: 300), customer: .login(Login("gopher"))), transaction)
            else { throw TestFailure("the number is new") }
            #expect(sale.uploaded?.user == shop.user)
            let more = Points(hundredths: 400)
            #expect(try change(.correctReceipt(.sample(5), earning: more), transaction) == .receipt(.sample(5), more))
            #expect(try transaction.earned(by: .sample(5)) == more)
            #expect(try transaction.facts(of: .sample(5)).receipt?.points == more)
            #expect(try transaction.addReceipt(of: .sample(6), earning: more, at: Self.now))
            #expect(try !transaction.addReceipt(of: .sample(6), earning: more, at: Self.now))
            guard case .customer(_, true) = try change(.spend(.id(shop.user), .sample(7), more), transaction) else {
                throw TestFailure("there are points enough")
            }
            guard case .refunded(more, _) = try change(.refund(.sample(7), reason: "broken"), transaction) else {
                throw TestFailure("the points were spent")
            }
            guard
                case .returned(let goods) = try change(
                    .returnGoods(.sample(1), Points(hundredths: 200), reason: "small"), transaction)
            else { throw TestFailure("the order was credited") }
            #expect(goods.left == Points(hundredths: 500))
            let orders = try transaction.customerOrders(of: shop.user, from: nil, limit: 9).items
            #expect(orders.last?.returned == Points(hundredths: 200))
            guard case .customer(_, true) = try change(.adjust(.id(shop.user), more, reason: "sorry"), transaction)
            else { throw TestFailure("the customer is there") }
            let details = try #require(try transaction.details(of: .login(Login("gopher")), entries: 2))
            #expect(details.entries.map(\.note?.reason) == ["sorry", "small"])
            #expect(try transaction.use(of: .sample(7)).withdrawal?.note?.reason == "broken")
        }
    }

    @Test func customersOfTheOwner() throws {
        try withShop { shop in
            let transaction = shop.transaction
            #expect(try transaction.users(after: nil, limit: 5).map(\.id) == [shop.user])
            #expect(try transaction.use(of: .sample(1)).order?.login == "gopher")
            let statistics = try transaction.statistics()
            #expect(statistics.outstanding == 10_600 && statistics.spent == 100 && statistics.granted == 10_700)
            #expect(statistics.orders == [.new: 1, .processed: 2])
            for change in [
                .addCustomer(try Login("other"), .sample("x")), .setCustomerPassword(.id(shop.user), .sample("y")),
                .setCustomerEnabled(.id(shop.user), false), .exportCustomer(.id(shop.user)),
                .deleteCustomer(.id(shop.user)),
            ] as [ShopChange] {
                guard case .customer(_, true) = try self.change(change, transaction) else {
                    throw TestFailure("\(change) is made")
                }
            }
            #expect(try transaction.customer(shop.user) == nil)
            let order = try #require(try transaction.customerOrders(of: shop.user, from: nil, limit: 1).items.first)
            #expect(order.order.number == .sample(3))
            let id = try transaction.first("SELECT id FROM orders WHERE number = ?", order.order.number.digits) { row in
                OrderID(rawValue: row.integer(0))
            }
            let unfinished = UnfinishedOrder(id: try #require(id), number: .sample(3), user: shop.user)
            #expect(try transaction.drop([unfinished]) == [unfinished])
            #expect(try transaction.drop([unfinished]) == [])
        }
    }

    @Test func staff() throws {
        try withShop { shop in
            let transaction = shop.transaction
            let name = try StaffName("ann")
            let found = try #require(try transaction.credentials(of: name))
            #expect(found.staff == shop.cashier)
            #expect(try transaction.addSession(Self.session("a"), of: found, from: "192.0.2.1", at: Self.now))
            #expect(try transaction.staffSession(.sample("a"))?.staff.id == shop.cashier.id)
            #expect(
                try transaction.changePassword(
                    of: found, to: .sample("new"), keeping: .sample("a"), from: "192.0.2.1", at: Self.now))
            try transaction.noteUse(of: shop.cashier.id, at: Self.now)
            try transaction.removeStaffSession(.sample("a"), from: "192.0.2.1", at: Self.now)
            #expect(try transaction.staffSession(.sample("a")) == nil)
            let boss = try StaffName("boss")
            let key = try StaffName("register")
            for change in [
                .addStaff(boss, .owner, .sample("b")), .setStaffPassword(name, .sample("c")),
                .setStaffEnabled(name, false), .setStaffEnabled(name, true),
                .addKey(key, .cashier, .sample("key")),
            ] as [ShopChange] {
                guard case .staff(_, true) = try self.change(change, transaction) else {
                    throw TestFailure("\(change) is made")
                }
            }
            #expect(try transaction.key(.sample("key"))?.name == "register")
            #expect(try transaction.staff().map(\.name) == ["ann", "boss", "register"])
            let owner = Actor(try #require(try transaction.credentials(of: boss)).staff, address: "192.0.2.1")
            #expect(try change(.deleteStaff(boss), transaction, by: owner) == .refused(.lastOwner))
            for change in [.removeKey(key), .deleteStaff(name)] as [ShopChange] {
                guard case .staff(_, true) = try self.change(change, transaction, by: owner) else {
                    throw TestFailure("\(change) is made")
                }
            }
            let actions = try transaction.actions(on: nil, from: nil, limit: 3)
            #expect(actions.items.map(\.name) == [.staffDelete, .keyRemove, .keyAdd])
            #expect(try transaction.actions(on: nil, from: actions.next, limit: 99).items.isEmpty == false)
            #expect(try transaction.actions(on: shop.user, from: nil, limit: 9).items == [])
        }
    }

    @Test func requestsWithAKey() throws {
        try withShop { shop in
            let transaction = shop.transaction
            let cashier = Actor(shop.cashier, address: "192.0.2.1")
            let request = { (body: UInt8) in
                IdempotentRequest(
                    key: [UInt8](repeating: 1, count: 32), request: [UInt8](repeating: body, count: 32)
                ) { _ in StoredResponse(status: 200, body: [1, 2, 3]) }
            }
            let spend = ShopChange.spend(.id(shop.user), .sample(9), Points(hundredths: 5))
            guard case .customer(_, true) = try change(spend, transaction, request: request(1), by: cashier) else {
                throw TestFailure("there are points enough")
            }
            let again = try transaction.apply(spend, by: cashier, request: request(1), at: Self.now)
            guard case .before(let response) = again else { throw TestFailure("the response is kept") }
            #expect(response.body == [1, 2, 3])
            guard
                case .keyOfAnotherRequest = try transaction.apply(
                    spend, by: cashier, request: request(2), at: Self.now)
            else { throw TestFailure("the key has another request") }
            let tomorrow = Timestamp(milliseconds: Self.now.milliseconds + IdempotentRequest.lifetimeMilliseconds)
            #expect(try transaction.sweepSessions(at: tomorrow, limit: 10) == 1)
            #expect(try transaction.sweepSessions(at: Timestamp(milliseconds: .max), limit: 10) == 1)
        }
    }

    @Test func theShop() throws {
        try withShop { shop in
            let transaction = shop.transaction
            let rule = try RewardRule(match: "tea", kind: .percent, rewardMillionths: 5_000_000)
            #expect(try change(.addRule(rule), transaction) == .done(isChanged: true))
            #expect(try change(.addRule(rule), transaction) == .refused(.matchTaken))
            #expect(try transaction.rules() == [rule])
            #expect(try change(.removeRule(matching: "tea"), transaction) == .done(isChanged: true))
            #expect(try transaction.isRegistrationOpen() == nil)
            for (isOpen, isChanged) in [(true, true), (true, false), (false, true)] {
                let result = try change(.setRegistration(isOpen: isOpen), transaction)
                #expect(result == .done(isChanged: isChanged))
                #expect(try transaction.isRegistrationOpen() == isOpen)
            }
            #expect(try change(.makeBackup(name: "x"), transaction) == .done(isChanged: true))
            let quarter = Self.now.milliseconds / Figures.quarterMilliseconds
            for instance in [1, 2] as [Int64] {
                try transaction.run(
                    """
                    INSERT INTO figures (quarter, instance, customers, orders, granted, spent, returned, refunded,
                        given, taken)
                    VALUES (?, ?, 1, 2, 300, 100, 0, 0, 0, 0)
                    """, quarter, instance)
            }
            let begin = Timestamp(milliseconds: quarter * Figures.quarterMilliseconds)
            let end = Timestamp(milliseconds: (quarter + 1) * Figures.quarterMilliseconds)
            let later = Timestamp(milliseconds: (quarter + 2) * Figures.quarterMilliseconds)
            let figures = try transaction.figures(between: [begin, end, later])
            #expect(figures.map(\.orders) == [4, 0])
            #expect(figures.map(\.outstanding) == [400, 400])
            #expect(try transaction.figures(between: [end, later]).map(\.outstanding) == [400])
        }
    }
}
