import EndToEndSupport
import Foundation
import Posix
import Synchronization
import TestSupport
import Testing

extension ClusterFailureTests {
    /// The database is away for a while: requests are refused in time and in words, and go on by themselves.
    @Suite struct OutageTests {
        enum Kind: CaseIterable {
            /// The server of the database ends, and refuses connections.
            case stopped
            /// Its processes hang, and connections stay open.
            case frozen
        }

        @Test(arguments: Kind.allCases)
        func requestsAreRefusedInTime(_ kind: Kind) throws {
            let accrual = try AccrualServer(otherwise: { .known($0, "PROCESSED", accrual: "1.5") })
            let database = try Cluster.makeDatabaseServer(isDurable: true)
            defer { database.remove() }
            let cluster = try Cluster(2, on: database, accrual: accrual.address).start()
            let customers = try Customer.register(8, in: cluster)
            try Self.expectReady(cluster)
            let isOver = Mutex(false)
            let endpoints = cluster.endpoints
            let longest = Mutex(0.0)
            let clients = customers.map { customer in
                Posix.Thread(name: "customer-\(customer.id)") {
                    Self.useShop(customer, endpoints, longest) { isOver.withLock { $0 } }
                }
            }
            let outage = Result { try Self.interrupt(database, kind, cluster) }
            isOver.withLock { $0 = true }
            for client in clients { client.join() }
            try outage.get()
            let seconds = longest.withLock { $0 }
            report("\(kind): the longest wait for a response was \(seconds) s")
            #expect(seconds < Customer.answerSecondsMax)
            try eventually("every order is settled") {
                try customers.allSatisfy { try $0.hasOnlyFinalOrders(on: cluster.server(0)) }
            }
            for customer in customers {
                customer.forgiveDoubts()
                let differences = try customer.differences(
                    on: cluster.server(customer.id % 2), earned: { _ in 150 })
                #expect(differences.isEmpty, "\(differences.prefix(5))")
            }
            #expect(customers.contains { $0.told.withLock { !$0.orders.isEmpty } }, "or there was no load")
            #expect(customers.contains { $0.told.withLock { !$0.refused.isEmpty } }, "or there was no outage")
            try cluster.expectSoundEnd()
        }

        /// Takes the database away until both servers say so, and for longer than any request may wait.
        private static func interrupt(_ database: PostgreSQLServer, _ kind: Kind, _ cluster: Cluster) throws {
            let start = ContinuousClock.now
            // The logs of changes go on with higher ids, even if the database comes back without its newest commits.
            try database.run("UPDATE shop SET feeds = 0", in: cluster.name)
            if kind == .stopped { database.stop(SIGINT) } else { try database.freeze(true) }
            defer { if kind == .frozen { try? database.freeze(false) } }
            for index in 0..<2 {
                let admin = try Client(endpoint: cluster.server(index).adminEndpoint())
                try eventually("it says that it is not ready") {
                    let answer = try admin.send("GET", "/readyz")
                    return answer.status == 503 && answer.text.contains("database")
                }
            }
            report("\(kind): both servers say so after \((ContinuousClock.now - start) / .seconds(1)) s")
            let reader = try cluster.client(0)
            try eventually("writes that waited are refused") {
                try reader.send("GET", "/").status != 500 && ContinuousClock.now - start > .seconds(6)
            }
            let back = ContinuousClock.now
            if kind == .stopped { try database.start() } else { try database.freeze(false) }
            try expectReady(cluster)
            report("\(kind): ready \((ContinuousClock.now - back) / .seconds(1)) s after the database is back")
            for index in 0..<2 {
                let client = try cluster.client(index)
                try eventually("it takes writes") {
                    (try? client.register("after-\(kind)-\(index)")) != nil
                }
            }
        }

        private static func expectReady(_ cluster: Cluster) throws {
            for index in 0..<2 {
                let admin = try Client(endpoint: cluster.server(index).adminEndpoint())
                try eventually("it is ready") {
                    try admin.send("GET", "/readyz").text == "ok\n"
                }
            }
        }

        private static func useShop(
            _ customer: Customer, _ endpoints: Cluster.Endpoints, _ longest: borrowing Mutex<Double>,
            until isOver: () -> Bool
        ) {
            guard let endpoint = endpoints[customer.id], let client = try? Client(endpoint: endpoint) else { return }
            client.authorization = customer.authorization
            var step = 0
            while !isOver() {
                step += 1
                let number = orderNumber(customer.id * 1_000_000 + step)
                let start = ContinuousClock.now
                do {
                    switch step % 3 {
                    case 0: try customer.withdraw(50, for: number, through: client)
                    case 1: try customer.upload(number, through: client)
                    default:
                        let answer = try client.send("GET", "/api/user/balance")
                        if answer.status != 200, answer.status != 503 || answer["Retry-After"] == nil {
                            customer.told.withLock { $0.faults.append("\(answer.status) for the balance") }
                        }
                    }
                } catch {
                    customer.told.withLock { $0.faults.append("\(error)") }
                    return
                }
                let seconds = (ContinuousClock.now - start) / .seconds(1)
                longest.withLock { $0 = max($0, seconds) }
            }
        }

        /// A database that may lose acknowledged writes is named, and serves all the same.
        @Test func aDatabaseThatCouldLoseWritesIsNamed() throws {
            let database = try Cluster.makeDatabaseServer()
            defer { database.remove() }
            let cluster = try Cluster(1, on: database).start()
            let admin = try Client(endpoint: cluster.server(0).adminEndpoint())
            try eventually("it names the settings") {
                let answer = try admin.send("GET", "/readyz")
                return answer.status == 200 && answer.text.contains("fsync is off")
                    && answer.text.contains("full_page_writes is off")
            }
            #expect(try admin.send("GET", "/metrics").text.contains("\nmartlet_database_durable 0\n"))
            try cluster.expectSoundEnd()
        }

        /// A standby that is missing keeps the database from acknowledging writes. Reads go on.
        @Test func aMissingStandbyIsNamedWhileWritesAreRefused() throws {
            let database = try Cluster.makeDatabaseServer(isDurable: true)
            defer { database.remove() }
            let cluster = try Cluster(1, on: database).start()
            let admin = try Client(endpoint: cluster.server(0).adminEndpoint())
            let client = try cluster.client(0)
            try client.register("anna")
            try database.run("ALTER SYSTEM SET synchronous_standby_names = 'missing'")
            try database.run("SELECT pg_reload_conf()")
            var count = 0
            // The database may acknowledge some uploads more before it takes up the setting.
            try eventually("an upload is refused") {
                count += 1
                return try client.send("POST", "/api/user/orders", orderNumber(count)).status >= 500
            }
            try eventually("it names the refusal and the standby") {
                let answer = try admin.send("GET", "/readyz")
                return answer.status == 503
                    && answer.text == "the database can't be reached. \(Self.missingStandby)\n"
            }
            #expect(try admin.send("GET", "/metrics").text.contains("\nmartlet_database_durable 0\n"))
            #expect(try client.send("GET", "/api/user/balance").status == 200)
            try database.run("ALTER SYSTEM RESET synchronous_standby_names")
            try database.run("SELECT pg_reload_conf()")
            try eventually("it is ready") { try admin.send("GET", "/readyz").text == "ok\n" }
            #expect(try client.send("POST", "/api/user/orders", orderNumber(count + 1)).status == 202)
            try cluster.expectSoundEnd()
        }

        private static let missingStandby = "No synchronous standby is connected, and writes wait for one."
    }
}
