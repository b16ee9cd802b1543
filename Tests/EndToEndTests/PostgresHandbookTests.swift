import EndToEndSupport
import Foundation
import JSON
import Posix
import TestSupport
import Testing

/// The page about several servers on PostgreSQL shows configurations that work.
@Suite(.enabled(if: PostgreSQLServer.isInstalled), .serialized) struct PostgresHandbookTests {
    private static let customerCount = 8
    /// The uploads of each customer between two restarts.
    private static let uploadsBetween = 10
    /// The time between two of HAProxy's checks, for tests that wait for their results.
    private static let checkMilliseconds = 200

    private static func makeDatabase() throws -> String {
        let server = try PostgreSQLServer.shared.get()
        return server.address(of: try server.makeDatabase())
    }

    @Test func theConfigurationOfAnInstanceApplies() throws {
        let folder = try Folder()
        let text = try Handbook().block("instance")
        try folder.write(text, to: "instance.json")
        let martlet = try Server(in: folder, arguments: ["config", "--config", "instance.json"])
        #expect(try martlet.waitForEnd() == 0, "\(martlet.logText)")
        let shown = try #require(try JSONParser.parse(Array(text.utf8)[...]).object)
        let inForce = try #require(try JSONParser.parse(Array(martlet.outputText.utf8)[...]).object)
        for key in ["run_address", "admin_address", "trusted_proxies"] { #expect(inForce[key] == shown[key], "\(key)") }
    }

    /// One of two instances is killed, and no client notices.
    @Test(.enabled(if: BalancedShop.hasHAProxy)) func clientsOfTheBalancerDoNotNoticeAKilledInstance() throws {
        let shop = try BalancedShop(on: Self.makeDatabase())
        let client = try Client(endpoint: shop.endpoint)
        try client.register("anna")
        func read() throws -> Client.Answer {
            try shop.send("GET", "/api/user/balance", authorization: client.authorization)
        }
        // On a busy machine, an instance may refuse the first read because it still connects.
        try eventually("both instances answer") { try (0..<10).allSatisfy { _ in try read().status == 200 } }
        shop.instances[1].killAtOnce()
        for _ in 0..<20 {
            let answer = try read()
            #expect(answer.status == 200, "\(answer)")
        }
        #expect(shop.instances[0].isRunning)
    }

    /// The instances restart one after another, as for an upgrade, while customers upload.
    @Test(.enabled(if: BalancedShop.hasHAProxy)) func aRestartedInstanceCostsNoUpload() throws {
        let shop = try BalancedShop(on: Self.makeDatabase(), checkMilliseconds: Self.checkMilliseconds)
        let customers = try (0..<Self.customerCount).map { try SteadyCustomer($0, of: shop) }
        let threads = customers.map { customer in
            Posix.Thread(name: "customer-\(customer.index)") { customer.upload() }
        }
        let restarts = Result { try Self.restartEach(of: shop, under: customers) }
        for customer in customers { customer.finish() }
        for thread in threads { thread.join() }
        try restarts.get()
        for customer in customers {
            #expect(customer.failures.isEmpty, "customer \(customer.index): \(customer.failures.prefix(5))")
            let differences = try customer.orders(in: shop).symmetricDifference(customer.acknowledged)
            #expect(differences.isEmpty, "customer \(customer.index): \(differences.prefix(5))")
        }
    }

    private static func restartEach(of shop: BalancedShop, under customers: [SteadyCustomer]) throws {
        func waitForUploads() throws {
            let before = customers.map { $0.acknowledged.count }
            try eventually("each customer uploads: \(customers.flatMap(\.failures).prefix(5))") {
                zip(customers, before).allSatisfy { $0.acknowledged.count >= $1 + uploadsBetween }
            }
        }
        for index in shop.instances.indices {
            for other in shop.instances.indices {
                try eventually("the instance \(other) has uploads") { try shop.orderRequestCount(of: other) > 0 }
            }
            try waitForUploads()
            #expect(try shop.restart(index) == 0)
        }
        try waitForUploads()
    }

    /// No instance is ready without the database.
    @Test(.enabled(if: BalancedShop.hasHAProxy)) func theBalancerItselfRespondsIfNoInstanceIsReady() throws {
        let database = try PostgreSQLServer()
        defer { database.remove() }
        let address = database.address(of: try database.makeDatabase())
        let shop = try BalancedShop(on: address, checkMilliseconds: Self.checkMilliseconds)
        let client = try Client(endpoint: shop.endpoint)
        try client.register("anna")
        func read() throws -> Client.Answer {
            try shop.send("GET", "/api/user/balance", authorization: client.authorization)
        }
        #expect(try read().status == 200)
        database.stop()
        var answer = try read()
        try eventually("HAProxy itself responds") {
            answer = try read()
            return answer.text == #"{"title":"Unavailable","status":503}"#
        }
        #expect(answer.status == 503)
        #expect(answer["Retry-After"] == "2")
        #expect(answer["Content-Type"] == "application/json")
        try database.start()
        try eventually("HAProxy takes an instance in again") { try read().status == 200 }
    }

    /// The names of the metrics that a server on PostgreSQL has.
    static func metricNames() throws -> Set<String> {
        Set(try Server.serving(in: Folder(), environment: ["DATABASE_URI": makeDatabase()]).metrics().names)
    }
}
