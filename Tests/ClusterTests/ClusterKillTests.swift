import EndToEndSupport
import Foundation
import Posix
import Synchronization
import TestSupport
import Testing

extension ClusterTests {
    /// Servers and their database are killed under load: no acknowledged write is lost, and no order is credited twice.
    @Suite struct KillTests {
        private static let serverCount = 3
        private static let clientCount = 32
        private static let killCount = Scale.factor == 1 ? 4 : 50

        @Test func noAcknowledgedWriteIsLost() throws {
            let seed = UInt64(Date().timeIntervalSince1970)
            let accrual = try AccrualServer(otherwise: { .known($0, "PROCESSED", accrual: "1.5") })
            let database = try Cluster.makeDatabaseServer(isDurable: true)
            defer { database.remove() }
            let cluster = try Cluster(Self.serverCount, on: database, accrual: accrual.address).start()
            let customers = try Customer.register(Self.clientCount, in: cluster)
            let isOver = Mutex(false)
            let clients = customers.map { customer in
                Posix.Thread(name: "customer-\(customer.id)") { [endpoints = cluster.endpoints] in
                    Self.useShop(customer, endpoints, until: { isOver.withLock { $0 } })
                }
            }
            let kills = Result { try Self.killOften(cluster, database, seed: seed) }
            isOver.withLock { $0 = true }
            for client in clients { client.join() }
            try kills.get()
            try eventually("every order is settled") {
                try customers.allSatisfy { try $0.hasOnlyFinalOrders(on: cluster.server(0)) }
            }
            var doubtCount = 0
            for customer in customers {
                let server = try cluster.server(customer.id % Self.serverCount)
                let doubts = customer.forgiveDoubts()
                doubtCount += doubts.count
                for doubt in doubts { report("in doubt: \(doubt)") }
                let differences = try customer.differences(on: server, earned: { _ in 150 })
                #expect(differences.isEmpty, "seed \(seed): \(differences.prefix(5))")
            }
            let acknowledgedCount = customers.reduce(0) { sum, customer in
                sum + customer.told.withLock { $0.orders.count + $0.withdrawals.count }
            }
            let refusedCount = customers.reduce(0) { sum, customer in sum + customer.told.withLock { $0.refused.count }
            }
            report(
                "\(Self.killCount) kills, \(acknowledgedCount) writes acknowledged, \(refusedCount) refused, \(doubtCount) left in doubt (500), none lost"
            )
            let reasons = try cluster.errors().compactMap { $0.firstMatch(of: /"message":"([^"]*)"/)?.output.1 }
            for (reason, lines) in Dictionary(grouping: reasons, by: { $0 }) {
                report("\(lines.count) times: \(reason)")
            }
            // Reads fail while the database is away; a write is decided later, or refused.
            #expect(try cluster.errors().allSatisfy { !$0.contains("A write to the database failed") })
            #expect(acknowledgedCount > 100 * Self.killCount, "or it was no load")
            try cluster.expectSoundEnd()
        }

        /// Kills one after another. Each is followed by a moment in which writes succeed again. If the server that led
        /// was killed, another one leads in time, or the same one after its start.
        private static func killOften(_ cluster: Cluster, _ database: PostgreSQLServer, seed: UInt64) throws {
            var random = SeededRandom(seed: seed)
            let watcher = try cluster.client(0)
            try watcher.register("watcher")
            for kill in 0..<killCount {
                let milliseconds = UInt32.random(in: 100...600, using: &random)
                // The moment is random.
                usleep(milliseconds * 1000)
                if kill % 2 == 1 {
                    try database.crash()
                    try database.start()
                    try expectWrites(cluster, kill, as: watcher.authorization, seed: seed)
                } else {
                    // Every other one is the server that leads.
                    let index =
                        try kill % 4 == 2
                        ? cluster.waitForLeader() : Int.random(in: 0..<serverCount, using: &random)
                    let led = try cluster.server(index).isLeading()
                    let start = ContinuousClock.now
                    try cluster.kill(index)
                    try expectWrites(cluster, kill, as: watcher.authorization, seed: seed)
                    if led { try expectLeader(cluster, kill, since: start, seed: seed) }
                }
            }
        }

        /// Starts the server that was killed, and waits until all of them take writes.
        private static func expectWrites(
            _ cluster: Cluster, _ kill: Int, as authorization: String?, seed: UInt64
        ) throws {
            let start = ContinuousClock.now
            try cluster.start()
            for index in 0..<serverCount {
                let client = try cluster.client(index)
                client.authorization = authorization
                let server = try cluster.server(index)
                var step = 0
                try eventually("the server \(index) takes uploads: \(server.logText)") {
                    step += 1
                    let number = orderNumber(900_000_000 + (kill * 10 + index) * 10_000 + step)
                    return try client.send("POST", "/api/user/orders", number).status == 202
                }
            }
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            #expect(
                seconds < 10 * ClusterFailureTests.slowness,
                "all servers take writes again, seed \(seed), kill \(kill)")
            report("kill \(kill): all servers take writes again after \(seconds) s")
        }

        /// The server that led was killed at `start`, so one that leads now has taken the lead since.
        private static func expectLeader(
            _ cluster: Cluster, _ kill: Int, since start: ContinuousClock.Instant, seed: UInt64
        ) throws {
            let leader = try cluster.waitForLeader()
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            #expect(seconds < ClusterFailureTests.leadSecondsMax, "a server leads again, seed \(seed), kill \(kill)")
            report("kill \(kill): the server \(leader) leads \(seconds) s after SIGKILL of the one that led")
        }

        /// A customer uploads and spends. After a lost connection it goes on at another server.
        private static func useShop(
            _ customer: Customer, _ endpoints: Cluster.Endpoints, until isOver: () -> Bool
        ) {
            var server = customer.id
            var step = 0
            while !isOver() {
                guard let endpoint = endpoints[server], let client = try? Client(endpoint: endpoint) else {
                    server += 1
                    usleep(1000)
                    continue
                }
                client.authorization = customer.authorization
                do {
                    while !isOver() {
                        step += 1
                        let number = orderNumber(customer.id * 1_000_000 + step)
                        if step % 3 == 0 {
                            try customer.withdraw(50, for: number, through: client)
                        } else {
                            try customer.upload(number, through: client)
                        }
                    }
                } catch {
                    server += 1
                }
            }
        }
    }
}
