import EndToEndSupport
import Foundation
import Posix
import Synchronization
import TestSupport
import Testing

/// The server is killed at any moment, and no acknowledged write is lost.
@Suite(.serialized)
struct KillTests {
    static let clientCount = 64

    /// Twenty kills a database: each is followed by a look at all that it has.
    @Test func aKillUnderLoadLosesNothing() throws {
        let seed = UInt64(Date().timeIntervalSince1970)
        for run in 0..<Scale.factor { try Self.killOften(seed: seed + UInt64(run)) }
    }

    private static func killOften(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let folder = try Folder()
        let accrual = try AccrualServer(otherwise: { .known($0, "PROCESSED", accrual: "1.5") })
        let customers = try register(in: folder)
        for kill in 1...20 {
            let server = try Server.serving(in: folder, accrual: accrual.address)
            let milliseconds = Int.random(in: 20...400, using: &random)
            try load(server, customers, round: kill, milliseconds: milliseconds) { server.killAtOnce() }
            let begun = Date()
            let again = try Server.serving(in: folder, accrual: accrual.address)
            let seconds = Date().timeIntervalSince(begun)
            #expect(seconds < 20, "ready within a second, and some more beside other tests")
            let losses = try losses(again, customers)
            #expect(losses.isEmpty, "seed \(seed), kill \(kill) after \(milliseconds) ms: \(losses.prefix(5))")
            try expectCheckPasses(folder)
            again.killAtOnce()
        }
        let acknowledgedCount = customers.reduce(0) { $0 + $1.acknowledged.withLock { $0.orders.count } }
        #expect(acknowledgedCount > 1_000, "or it was no load")
    }

    /// The control: an order that was never sent must be reported as missing, or the test would notice nothing.
    @Test func aMissingOrderIsReported() throws {
        let folder = try Folder()
        let customers = Array(try Self.register(in: folder).prefix(2))
        let server = try Server.serving(in: folder)
        try Self.load(server, customers, round: 1, milliseconds: 50) {}
        #expect(try Self.losses(server, customers).isEmpty)
        customers[0].acknowledged.withLock { _ = $0.orders.insert(orderNumber(987_654_321)) }
        customers[1].acknowledged.withLock { _ = $0.withdrawals.insert(orderNumber(987_654_322)) }
        customers[1].acknowledged.withLock { $0.refused.formUnion($0.orders) }
        #expect(try Self.losses(server, customers).count >= 3)
    }

    /// A customer, and what the server said to them.
    final class Customer: Sendable {
        struct Told: Sendable {
            var orders: Set<String> = []
            var withdrawals: Set<String> = []
            /// Orders and withdrawals that the server said it does not take.
            var refused: Set<String> = []
        }

        let index: Int
        let authorization: String
        let acknowledged = Mutex(Told())

        init(index: Int, authorization: String) {
            self.index = index
            self.authorization = authorization
        }
    }

    private static func register(in folder: Folder) throws -> [Customer] {
        let server = try Server.serving(in: folder)
        let endpoint = try server.endpoint()
        let customers = try atOnce(clientCount) { index in
            let client = try Client(endpoint: endpoint)
            try client.register("customer-\(index)")
            return Customer(index: index, authorization: client.authorization!)
        }
        server.signal(SIGTERM)
        _ = try server.waitForEnd()
        return customers
    }

    /// Every customer uploads and spends until the time is over or the server has ended.
    private static func load(
        _ server: Server, _ customers: [Customer], round: Int, milliseconds: Int, end: () -> Void
    ) throws {
        let endpoint = try server.endpoint()
        let isOver = Mutex(false)
        let threads = customers.map { customer in
            Posix.Thread(name: "customer-\(customer.index)") {
                // The connection ends with the server; a request without an answer promises nothing.
                guard let client = try? Client(endpoint: endpoint) else { return }
                client.authorization = customer.authorization
                var step = 0
                while !isOver.withLock({ $0 }), (try? order(client, customer, round, step)) != nil { step += 1 }
            }
        }
        Thread.sleep(forTimeInterval: Double(milliseconds) / 1000)
        end()
        isOver.withLock { $0 = true }
        for thread in threads { thread.join() }
    }

    private static func order(_ client: Client, _ customer: Customer, _ round: Int, _ step: Int) throws {
        let number = orderNumber((round * 100 + customer.index) * 100_000 + step)
        if step % 4 == 3 {
            let body = #"{"order":"\#(number)","sum":0.5}"#
            let status = try client.send("POST", "/api/user/balance/withdraw", body).status
            customer.acknowledged.withLock {
                if status == 200 { $0.withdrawals.insert(number) } else if status == 402 { $0.refused.insert(number) }
            }
        } else {
            let status = try client.send("POST", "/api/user/orders", number).status
            customer.acknowledged.withLock { if status == 202 { $0.orders.insert(number) } }
            #expect(status == 202)
        }
    }

    /// Returns writes that were acknowledged and are missing, or that were refused and are there.
    private static func losses(_ server: Server, _ customers: [Customer]) throws -> [String] {
        let client = try server.client()
        var losses: [String] = []
        for customer in customers {
            client.authorization = customer.authorization
            let orders = try numbers("number", client.send("GET", "/api/user/orders"))
            let withdrawals = try numbers("order", client.send("GET", "/api/user/withdrawals"))
            let told = customer.acknowledged.withLock { $0 }
            losses += told.orders.subtracting(orders).map { "order \($0) is lost" }
            losses += told.withdrawals.subtracting(withdrawals).map { "withdrawal \($0) is lost" }
            losses += told.refused.intersection(orders.union(withdrawals)).map { "\($0) was refused and is there" }
        }
        return losses
    }

    private static func numbers(_ name: String, _ answer: Client.Answer) throws -> Set<String> {
        if answer.status == 204 { return [] }
        guard answer.status == 200, let items = answer.json?.array else { throw TestFailure("no list: \(answer)") }
        return Set(items.compactMap { $0.object?[name]?.string })
    }

    static func expectCheckPasses(_ folder: Folder) throws {
        let check = try Server(in: folder, arguments: ["check"])
        #expect(try check.waitForEnd() == 0, "\(check.outputText) \(check.logText)")
    }
}

/// Many clients spend the same points, and backups run while all clients write.
@Suite(.serialized)
struct WriteLoadTests {
    /// Ten thousand withdrawals of a point from a thousand, half of them asked for twice.
    @Test func pointsAreSpentOnce() throws {
        let folder = try Folder()
        let accrual = try AccrualServer(otherwise: { .known($0, "PROCESSED", accrual: "1000") })
        let server = try Server.serving(in: folder, accrual: accrual.address)
        let endpoint = try server.endpoint()
        let owner = try server.client()
        try owner.register("owner")
        #expect(try owner.send("POST", "/api/user/orders", orderNumber(1)).status == 202)
        try eventually("the points are there") { try owner.send("GET", "/api/user/balance").text.contains("1000") }
        let authorization = owner.authorization
        let statuses = try atOnce(KillTests.clientCount) { index in
            let client = try Client(endpoint: endpoint)
            client.authorization = authorization
            var statuses: [Int] = []
            for step in stride(from: index, to: 10_000, by: KillTests.clientCount) {
                let body = #"{"order":"\#(orderNumber(1_000_000 + step))","sum":1}"#
                for _ in 0...(step % 2) {
                    statuses.append(try client.send("POST", "/api/user/balance/withdraw", body).status)
                }
            }
            return statuses
        }.flatMap { $0 }
        #expect(Set(statuses) == [200, 402])
        #expect(try owner.send("GET", "/api/user/balance").text == #"{"current":0,"withdrawn":1000}"#)
        #expect(try owner.send("GET", "/api/user/withdrawals").json?.array?.count == 1000)
        try KillTests.expectCheckPasses(folder)
    }

    @Test(.backupsOfSQLite) func backupsUnderLoadHoldWhatWasAcknowledged() throws {
        let folder = try Folder()
        let server = try Server.serving(in: folder)
        let endpoint = try server.endpoint()
        let owner = try server.client()
        try owner.register("owner")
        let authorization = owner.authorization
        let acknowledgedCount = Mutex(0)
        let isOver = Mutex(false)
        let writers = (0..<16).map { index in
            Posix.Thread(name: "writer-\(index)") {
                guard let client = try? Client(endpoint: endpoint) else { return }
                client.authorization = authorization
                var step = 0
                while !isOver.withLock({ $0 }) {
                    let number = orderNumber(index * 10_000_000 + step)
                    guard (try? client.send("POST", "/api/user/orders", number).status) == 202 else { return }
                    acknowledgedCount.withLock { $0 += 1 }
                    step += 1
                }
            }
        }
        defer {
            isOver.withLock { $0 = true }
            for writer in writers { writer.join() }
        }
        for index in 1...(5 * Scale.factor) {
            let before = acknowledgedCount.withLock { $0 }
            let backup = try Server(in: folder, arguments: ["backup", "\(index).db"])
            #expect(try backup.waitForEnd() == 0, "\(backup.logText)")
            let check = try Server(in: folder, arguments: ["check", "-d", "\(index).db"])
            #expect(try check.waitForEnd() == 0)
            let count = check.outputText.firstMatch(of: /1 user, (\d+) orders?/).flatMap { Int($0.1) } ?? -1
            #expect(count >= before)
        }
        #expect(acknowledgedCount.withLock { $0 } > 100, "or it was no load")
    }
}
