import Loyalty
import Storage
import TestSupport

extension ConformanceCase {
    /// One change of each kind, on a customer with the login `gopher` and points to spend.
    private static func oneOfEachKind() throws -> [ShopChange] {
        let gopher = UserSelector.login(try Login("gopher"))
        let name = try StaffName("new")
        let rule = try RewardRule(match: "Bork", kind: .percent, rewardMillionths: 5)
        return [
            .addCustomer(try Login("another"), .sample("another")), .setCustomerPassword(gopher, .sample("new")),
            .sell(.sample(50), earning: Points(hundredths: 5), customer: gopher),
            .correctReceipt(.sample(50), earning: Points(hundredths: 7)),
            .spend(gopher, .sample(51), Points(hundredths: 10)), .refund(.sample(51), reason: "a mistake"),
            .returnGoods(.sample(1), Points(hundredths: 3), reason: "too small"),
            .adjust(gopher, Points(hundredths: -1), reason: "a fee"), .exportCustomer(gopher),
            .setCustomerEnabled(gopher, false), .setCustomerEnabled(gopher, true), .addRule(rule),
            .removeRule(matching: "Bork"), .setRegistration(isOpen: false), .setRegistration(isOpen: true),
            .makeBackup(name: "martlet.backup"), .addStaff(name, .cashier, .sample("new")),
            .setStaffPassword(name, .sample("newer")), .setStaffRole(name, .owner),
            .setStaffEnabled(name, false), .setStaffEnabled(name, true),
            .deleteStaff(name), .addKey(name, .owner, .sample("token")), .removeKey(name), .deleteCustomer(gopher),
        ]
    }

    static let rights = [
        ConformanceCase("each change is recorded once, with its actor, and leaves no record if it is refused") {
            store in
            let user = try await store.addUser("gopher")
            try await store.credit(1000, for: 1, to: user)
            let anna = try await store.hire("anna", .owner)
            let actor = Actor(anna, address: "192.0.2.1")
            var expected = try await store.actions().map(\.name)
            for change in try oneOfEachKind() {
                store.clock.advance(bySeconds: 1)
                let result = try await store.apply(change, by: actor)
                if case .refused = result { throw Violation("\(change): \(result)") }
                expected.insert(change.action, at: 0)
                let actions = try await store.actions()
                try expect(actions.map(\.name), expected)
                try expect(actions.first?.actor, actor)
                try expect(actions.first?.at, store.clock.now)
            }
            // The customer is deleted, and the changes that refer to the customer are refused.
            for change in try oneOfEachKind() where change.action.rawValue != "customer.add" {
                let before = try await store.actions()
                if case .refused = try await store.apply(change, by: actor) {
                    try expect(try await store.actions(), before)
                }
            }
            let recorded = try await store.actions(on: user)
            try expect(Set(recorded.map(\.customer)), [CustomerName(id: user, login: "")])
            try expect(recorded.first { $0.name == .orderReturn }?.points, Points(hundredths: -3))
            try expect(recorded.first { $0.name == .orderReturn }?.subject, OrderNumber.sample(1).digits)
            try expect(recorded.first { $0.name == .pointsAdjust }?.note, "a fee")
            try expect(recorded.first { $0.name == .pointsSpend }?.points, Points(hundredths: -10))
        },
        ConformanceCase("a role is enough for the changes of the role, as long as its account is active") { store in
            let user = try await store.addUser("gopher")
            try await store.credit(1000, for: 1, to: user)
            let boris = try await store.hire("boris", .cashier)
            let actor = Actor(boris, address: "192.0.2.1")
            for change in try oneOfEachKind() {
                let before = try await store.actions()
                let result = try await store.apply(change, by: actor)
                try expect((result == .refused(.notAllowed)) == (change.requiredRole == .owner))
                if change.requiredRole == .owner { try expect(try await store.actions(), before) }
            }
            // An actor's own word about the role does not count.
            let liar = Actor(kind: .person, name: "boris", role: .owner, staff: boris.id, address: "192.0.2.1")
            try expect(try await store.apply(.setRegistration(isOpen: false), by: liar), .refused(.notAllowed))
            try await store.apply(.setStaffEnabled(StaffName("boris"), false))
            for change in try oneOfEachKind() {
                try expect(try await store.apply(change, by: actor), .refused(.notAllowed))
            }
        },
        ConformanceCase("a request with a key is done once, and its response is kept for a day") { store in
            let user = try await store.addUser("gopher")
            let anna = Actor(try await store.hire("anna", .owner), address: "192.0.2.1")
            let boris = Actor(try await store.hire("boris", .cashier), address: "192.0.2.2")
            let give = ShopChange.adjust(.id(user), Points(hundredths: 100), reason: "a present")
            let balance = { () async throws in try await store.balance(of: user).current.hundredths }
            let first = StoredResponse(status: 200, body: Array("first".utf8))
            let request = { (key: String, body: String) in
                IdempotentRequest(
                    key: SessionID.sample(key).bytes, request: SessionID.sample(body).bytes, response: { _ in first })
            }
            guard case .now(.customer(_, true)) = try await store.apply(give, by: anna, request: request("k", "b"))
            else { throw Violation("the first request must be done") }
            try expect(try await store.apply(give, by: anna, request: request("k", "b")), .before(first))
            try expect(try await store.apply(give, by: anna, request: request("k", "other")), .keyOfAnotherRequest)
            try expect(try await balance(), 100)
            // A key belongs to its account.
            guard case .now = try await store.apply(give, by: boris, request: request("k", "b")) else {
                throw Violation("another account's key must be another key")
            }
            try expect(try await balance(), 200)
            let take = ShopChange.adjust(.id(user), Points(hundredths: -900), reason: "too much")
            guard
                case .now(.refused(.notEnoughPoints)) = try await store.apply(
                    take, by: anna, request: request("r", "b"))
            else { throw Violation("a balance must not go below zero") }
            store.clock.advance(bySeconds: IdempotentRequest.lifetimeMilliseconds / 1000 - 1)
            try expect(try await store.apply(give, by: anna, request: request("k", "b")), .before(first))
            store.clock.advance(bySeconds: 1)
            guard case .now = try await store.apply(give, by: anna, request: request("k", "other")) else {
                throw Violation("a key must be free after a day")
            }
            try expect(try await balance(), 300)
            try expect(try await store.apply(give, by: anna, request: request("k", "b")), .keyOfAnotherRequest)
        },
        ConformanceCase("a request that was refused is decided anew when it is repeated, and is done once") { store in
            let user = try await store.addUser("gopher")
            let anna = Actor(try await store.hire("anna", .owner), address: "192.0.2.1")
            let request = { (body: String) in
                IdempotentRequest(
                    key: SessionID.sample("k").bytes, request: SessionID.sample(body).bytes,
                    response: { _ in StoredResponse(status: 200, body: [1]) })
            }
            let spend = { () async throws in
                try await store.apply(
                    .spend(.id(user), .sample(1), Points(hundredths: 60)), by: anna, request: request("spend"))
            }
            for _ in 0..<2 {
                guard case .now(.refused(.notEnoughPoints)) = try await spend() else {
                    throw Violation("there must not be enough points")
                }
            }
            // A refusal does not bind the key to its request.
            let unknown = ShopChange.removeRule(matching: "Bork")
            try expect(
                try await store.apply(unknown, by: anna, request: request("rule")), .now(.refused(.noSuchRule)))
            try await store.apply(.adjust(.id(user), Points(hundredths: 100), reason: "a present"))
            guard case .now(.customer(_, true)) = try await spend() else {
                throw Violation("the repeated request must be done")
            }
            try expect(try await spend(), .before(StoredResponse(status: 200, body: [1])))
            try expect(try await store.apply(unknown, by: anna, request: request("rule")), .keyOfAnotherRequest)
            try expect(try await store.balance(of: user), .hundredths(40, 60))
        },
        ConformanceCase("a request that has to wait is tried again when it is repeated") { store in
            let user = try await store.addUser("gopher")
            let anna = Actor(try await store.hire("anna", .owner), address: "192.0.2.1")
            let request = IdempotentRequest(
                key: SessionID.sample("k").bytes, request: SessionID.sample("b").bytes,
                response: { _ in StoredResponse(status: 200, body: [1]) })
            let orders = 1...StoreUnderTest.unfinishedPerUserMax
            var first: OrderID?
            for body in orders { first = try await store.addOrder(body, of: user) }
            let sale = ShopChange.sell(.sample(99), earning: Points(hundredths: 5), customer: .id(user))
            let refused = try await store.apply(sale, by: anna, request: request)
            try expect(refused, .now(.refused(.tooManyUnfinishedOrders)))
            try store.settle(first!, .invalid)
            guard case .now(.sold) = try await store.apply(sale, by: anna, request: request) else {
                throw Violation("the repeated request must be done")
            }
        },
        ConformanceCase("the same request sent many times at once is done once") { store in
            let user = try await store.addUser("gopher")
            let anna = Actor(try await store.hire("anna", .owner), address: "192.0.2.1")
            let give = ShopChange.adjust(.id(user), Points(hundredths: 100), reason: "a present")
            let tasks = (0..<8).map { _ in
                Task {
                    let request = IdempotentRequest(
                        key: SessionID.sample("k").bytes, request: SessionID.sample("b").bytes,
                        response: { _ in StoredResponse(status: 200, body: [1]) })
                    return try await store.apply(give, by: anna, request: request)
                }
            }
            var doneCount = 0
            for task in tasks {
                if case .now = try await task.value { doneCount += 1 }
            }
            try expect(doneCount, 1)
            try expect(try await store.balance(of: user), .hundredths(100, 0))
        },
    ]
}
