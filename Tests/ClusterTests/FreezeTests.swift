import EndToEndSupport
import Foundation
import Posix
import Synchronization
import TestSupport
import Testing

extension ClusterFailureTests {
    /// A server that is frozen under load may hold a transaction open, and with it the rows of its customers.
    @Suite struct FreezeTests {
        private static let freezes = 4
        private static let uploadsBetween = 20

        @Test func aFrozenServerKeepsNoCustomerFromWriting() throws {
            let accrual = try AccrualServer(otherwise: { .known($0, "PROCESSED", accrual: "1.5") })
            let database = try Cluster.makeDatabaseServer()
            defer { database.remove() }
            let cluster = try Cluster(2, on: database, accrual: accrual.address).start()
            let customers = try Customer.register(4, in: cluster)
            let isOver = Mutex(false)
            let endpoint = try cluster.server(0).endpoint()
            let clients = customers.map { customer in
                Posix.Thread(name: "customer-\(customer.id)") {
                    guard let client = try? Client(endpoint: endpoint) else { return }
                    client.authorization = customer.authorization
                    var number = customer.id * 1_000_000
                    while !isOver.withLock({ $0 }) {
                        number += 1
                        guard (try? customer.upload(orderNumber(number), through: client)) != nil else { return }
                    }
                }
            }
            let outcome = Result { try Self.freeze(cluster, customers) }
            isOver.withLock { $0 = true }
            for client in clients { client.join() }
            try outcome.get()
            try eventually("every order is settled") {
                try customers.allSatisfy { try $0.hasOnlyFinalOrders(on: cluster.server(1)) }
            }
            for customer in customers {
                customer.forgiveDoubts()
                let differences = try customer.differences(on: cluster.server(1), earned: { _ in 150 })
                #expect(differences.isEmpty, "\(differences.prefix(5))")
            }
            try cluster.expectSoundEnd()
        }

        /// Freezes the first server again and again, and has each customer write at the second one.
        private static func freeze(_ cluster: Cluster, _ customers: [Customer]) throws {
            let (frozen, other) = (try cluster.server(0), try cluster.client(1))
            func uploads() -> Int { customers.map { $0.told.withLock { $0.orders.count } }.min() ?? 0 }
            for index in 0..<freezes {
                let before = uploads()
                try eventually("the customers upload") { uploads() >= before + uploadsBetween }
                frozen.signal(SIGSTOP)
                defer { frozen.signal(SIGCONT) }
                let start = ContinuousClock.now
                for customer in customers {
                    other.authorization = customer.authorization
                    let number = orderNumber(customer.id * 1_000_000 + 900_000 + index)
                    #expect(try other.send("POST", "/api/user/orders", number).status == 202)
                    customer.told.withLock { _ = $0.orders.insert(number) }
                }
                report("the customers wrote \((ContinuousClock.now - start) / .seconds(1)) s after the server froze")
            }
        }
    }
}
