import EndToEndSupport
import Foundation
import Posix
import Synchronization
import TestSupport
import Testing

extension ClusterTests {
    /// Many clients of four servers, for few customers: points are conserved.
    @Suite struct LoadTests {
        private static let serverCount = 4
        private static let clientsPerServer = 64
        private static let seconds = 4.0 * Double(Scale.factor)

        /// One of 21 customers makes half of all requests, so that each server wants the same row. The built-in accrual
        /// system answers, from receipts that cash registers store before the upload or after it, and the owner gives
        /// and takes points.
        @Test func pointsAreConserved() throws {
            let database = try Cluster.makeDatabaseServer()
            defer { database.remove() }
            let cluster = try Cluster(Self.serverCount, on: database).start()
            let customers = try Customer.register(21, in: cluster)
            let rule = #"{"match":"Bork","reward":10,"reward_type":"%"}"#
            #expect(try cluster.server(0).accrualClient().send("POST", "/api/goods", rule).status == 200)
            let counter = try Counter(cluster)
            let count = try Self.load(cluster, customers, counter)
            try eventually("every order is settled") {
                try customers.allSatisfy { try $0.hasOnlyFinalOrders(on: cluster.server(1)) }
            }
            for customer in customers {
                let server = try cluster.server(customer.id % Self.serverCount)
                let differences = try customer.differences(on: server, earned: Self.earned)
                #expect(differences.isEmpty, "\(differences.prefix(5))")
            }
            for index in 0..<Self.serverCount {
                let log = try cluster.server(index).logText
                #expect(!log.contains("failed"), "\(log)")
            }
            #expect(!database.log.contains("deadlock detected"), "\(database.log)")
            report("\(count) requests by 256 clients through four servers in \(Self.seconds) s")
            #expect(count > 1_000, "or it was no load")
            try cluster.expectSoundEnd()
        }

        /// Each price is ten times what the order earns.
        private static func earned(_ number: String) -> Int { 100 + 25 * ((Int(number) ?? 0) / 10 % 7) }

        private static func load(_ cluster: Cluster, _ customers: [Customer], _ counter: Counter) throws -> Int {
            let shops = try cluster.servers.indices.map { try cluster.server($0).accrualClient().endpoint }
            let counters = try cluster.servers.indices.map { try cluster.server($0).staffClient().endpoint }
            let endpoints = cluster.endpoints
            let end = ContinuousClock.now + .seconds(seconds)
            return try atOnce(serverCount * clientsPerServer) { index in
                guard let endpoint = endpoints[index] else { throw TestFailure("no server runs") }
                let client = try Client(endpoint: endpoint)
                var random = SeededRandom(seed: UInt64(index))
                var step = 0
                // A receipt is stored at another server than the order.
                let register = try Client(endpoint: shops[(index / 4) % serverCount])
                let staff = try Client(endpoint: counters[index % serverCount])
                while ContinuousClock.now < end {
                    let customer = Bool.random(using: &random) ? customers[0] : customers.randomElement(using: &random)!
                    client.authorization = customer.authorization
                    let number = orderNumber(index * 1_000_000 + step)
                    switch Int.random(in: 0..<10, using: &random) {
                    case 0...2:
                        let isEarly = Bool.random(using: &random)
                        if isEarly { try store(number, at: register) }
                        try customer.upload(number, through: client)
                        if !isEarly { try store(number, at: register) }
                    case 3...6:
                        try customer.withdraw(Int.random(in: 1...300, using: &random), for: number, through: client)
                    case 7 where index < 16:
                        let hundredths = Int.random(in: -500...800, using: &random)
                        if hundredths != 0,
                            try counter.adjust(customer, by: hundredths, key: "adjustment-\(number)", through: staff)
                        {
                            customer.told.withLock { $0.adjusted += hundredths }
                        }
                    default:
                        let answer = try client.send("GET", "/api/user/balance")
                        if answer.isRefusalForNow { break }
                        guard answer.status == 200, !answer.text.contains("-") else {
                            throw TestFailure("balance: \(answer.status) \(answer.text)")
                        }
                    }
                    step += 1
                }
                return step
            }.reduce(0, +)
        }

        private static func store(_ number: String, at register: Client) throws {
            let price = Customer.points(earned(number) * 10)
            let receipt = #"{"order":"\#(number)","goods":[{"description":"Bork","price":\#(price)}]}"#
            var answer = try register.send("POST", "/api/orders", receipt)
            // Nothing happened, so that the register may ask again.
            for _ in 0..<Client.Answer.triesMax where answer.isRefusalForNow {
                answer = try register.send("POST", "/api/orders", receipt)
            }
            guard answer.status == 202 else { throw TestFailure("receipt: \(answer.status) \(answer.text)") }
        }

        /// Withdrawals of a point each, half of them asked for twice, of which a tenth can be paid for.
        @Test func pointsAreSpentOnce() throws {
            let withdrawalCount = 2_000 * min(Scale.factor, 5)
            let affordableCount = withdrawalCount / 10
            let accrual = try AccrualServer(otherwise: { .known($0, "PROCESSED", accrual: "\(affordableCount)") })
            let database = try Cluster.makeDatabaseServer()
            defer { database.remove() }
            let cluster = try Cluster(Self.serverCount, on: database, accrual: accrual.address).start()
            let owner = try cluster.client(0)
            try owner.register("owner")
            #expect(try owner.send("POST", "/api/user/orders", orderNumber(1)).status == 202)
            try eventually("the points are there") {
                try owner.send("GET", "/api/user/balance").text.contains("\(affordableCount)")
            }
            let authorization = owner.authorization
            let endpoints = cluster.endpoints
            let start = ContinuousClock.now
            let answers = try atOnce(64) { index in
                let clients = try (0..<Self.serverCount).map { server in
                    guard let endpoint = endpoints[server] else { throw TestFailure("no server runs") }
                    let client = try Client(endpoint: endpoint)
                    client.authorization = authorization
                    return client
                }
                var answers: [(order: Int, status: Int)] = []
                for step in stride(from: index, to: withdrawalCount, by: 64) {
                    let body = #"{"order":"\#(orderNumber(1_000_000 + step))","sum":1}"#
                    for repetition in 0...(step % 2) {
                        let client = clients[(step / 64 + repetition) % Self.serverCount]
                        answers.append((step, try client.send("POST", "/api/user/balance/withdraw", body).status))
                    }
                }
                return answers
            }.flatMap { $0 }
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            report("\(answers.count) withdrawals of one balance through four servers in \(seconds) s")
            #expect(Set(answers.map(\.status)) == [200, 402])
            let paid = Set(answers.filter { $0.status == 200 }.map(\.order))
            #expect(paid.count == affordableCount)
            // All repetitions of a paid withdrawal get the same answer, whichever server they ask.
            #expect(answers.allSatisfy { paid.contains($0.order) || $0.status == 402 })
            for index in 0..<Self.serverCount {
                let client = try cluster.client(index)
                client.authorization = authorization
                #expect(
                    try client.send("GET", "/api/user/balance").text
                        == #"{"current":0,"withdrawn":\#(affordableCount)}"#)
                #expect(try client.send("GET", "/api/user/withdrawals").json?.array?.count == affordableCount)
            }
            try cluster.expectSoundEnd()
        }
    }
}
