import EndToEndSupport
import Foundation
import Posix
import Synchronization
import TestSupport
import Testing

extension ClusterTests {
    /// Several servers speak with one voice.
    @Suite struct AgreementTests {
        private static let serverCount = 3

        private static func withCluster(_ count: Int = serverCount, _ body: (Cluster) throws -> Void) throws {
            let database = try Cluster.makeDatabaseServer()
            defer { database.remove() }
            let cluster = try Cluster(count, on: database)
            try body(cluster)
            try cluster.expectSoundEnd()
        }

        private static func client(_ cluster: Cluster, _ index: Int, as other: Client) throws -> Client {
            let client = try cluster.client(index)
            client.authorization = other.authorization
            return client
        }

        @Test func eightFirstStartsMakeTheTablesOnce() throws {
            try Self.withCluster(8) { cluster in
                let start = ContinuousClock.now
                try cluster.start()
                report("eight first starts at once in \((ContinuousClock.now - start) / .seconds(1)) s")
                for index in 0..<8 { try cluster.client(index).register("customer-\(index)") }
                let check = try Server(
                    in: cluster.folder, arguments: ["check"], environment: ["DATABASE_URI": cluster.uri])
                #expect(try check.waitForEnd() == 0)
                #expect(check.outputText.contains("8 users"), "\(check.outputText)")
            }
        }

        /// Eight customers at a time write at one server, and read at the others.
        @Test func aServerShowsAtOnceWhatAnotherAcknowledged() throws {
            try Self.withCluster { cluster in
                try cluster.start()
                let endpoints = cluster.endpoints
                let steps = 30 * min(Scale.factor, 20)
                _ = try atOnce(8) { index in
                    var clients = try (0..<Self.serverCount).map { server in
                        guard let endpoint = endpoints[server] else { throw TestFailure("no server runs") }
                        return try Client(endpoint: endpoint)
                    }
                    try clients[index % Self.serverCount].register("customer-\(index)")
                    for client in clients { client.authorization = clients[index % Self.serverCount].authorization }
                    var random = SeededRandom(seed: UInt64(index))
                    for step in 0..<steps {
                        clients.shuffle(using: &random)
                        try Self.expectSameView(clients, orderNumber(index * 100_000 + step), count: step + 1)
                    }
                }
            }
        }

        /// Writes at the first client's server, and looks at the others.
        private static func expectSameView(_ clients: [Client], _ number: String, count: Int) throws {
            let path = "/api/user/orders"
            let before = try clients[1].send("GET", path)["ETag"]
            #expect(try clients[0].send("POST", path, number).status == 202)
            let fields = before.map { ["If-None-Match: \($0)"] } ?? []
            let second = try clients[1].send("GET", path, fields: fields)
            #expect(second.status == 200 && second.json?.array?.count == count && second.text.contains(number))
            let tag = try #require(second["ETag"])
            let first = try clients[0].send("GET", path)
            #expect(first["ETag"] == tag && first.text == second.text)
            for client in clients {
                #expect(try client.send("GET", path, fields: ["If-None-Match: \(tag)"]).status == 304)
            }
        }

        @Test func aSessionThatEndsAtOneServerEndsAtAll() throws {
            try Self.withCluster { cluster in
                try cluster.start()
                let first = try cluster.client(0)
                try first.register("anna")
                let other = try Self.client(cluster, 1, as: first)
                let follower = try EventFollower(
                    cluster.server(1).endpoint(), authorization: first.authorization)
                let login = #"{"login":"anna","password":"secret"}"#
                let kept = try cluster.client(2)
                kept.authorization = try kept.send("POST", "/api/user/login", login)["Authorization"]
                #expect(try other.send("GET", "/api/user/balance").status == 200)
                #expect(try first.send("POST", "/api/user/logout").status == 204)
                for index in 0..<Self.serverCount {
                    let client = try Self.client(cluster, index, as: first)
                    #expect(try client.send("GET", "/api/user/balance").status == 401)
                }
                try follower.waitForEnd()
                #expect(follower.hasEnded)

                // A new password ends the other sessions.
                let last = try cluster.client(1)
                last.authorization = try last.send("POST", "/api/user/login", login)["Authorization"]
                let stream = try EventFollower(cluster.server(2).endpoint(), authorization: kept.authorization)
                let change = #"{"current":"secret","new":"another"}"#
                #expect(try last.send("POST", "/api/user/password", change).status == 204)
                #expect(try kept.send("GET", "/api/user/balance").status == 401)
                for index in 0..<Self.serverCount {
                    let client = try Self.client(cluster, index, as: last)
                    #expect(try client.send("GET", "/api/user/balance").status == 200)
                }
                try stream.waitForEnd()
                #expect(stream.hasEnded)
            }
        }

        @Test func eventsReachTheStreamsOfAllServers() throws {
            try Self.withCluster { cluster in
                try cluster.start()
                let rule = #"{"match":"Bork","reward":10,"reward_type":"%"}"#
                #expect(try cluster.server(0).accrualClient().send("POST", "/api/goods", rule).status == 200)
                let first = try cluster.client(0)
                try first.register("anna")
                let followers = try (0..<Self.serverCount).map { index in
                    try EventFollower(cluster.server(index).endpoint(), authorization: first.authorization)
                }
                for index in 0..<Self.serverCount {
                    let number = orderNumber(700 + index)
                    let receipt = #"{"order":"\#(number)","goods":[{"description":"Bork","price":100}]}"#
                    let register = try cluster.server((index + 1) % Self.serverCount).accrualClient()
                    #expect(try register.send("POST", "/api/orders", receipt).status == 202)
                    let client = try Self.client(cluster, index, as: first)
                    #expect(try client.send("POST", "/api/user/orders", number).status == 202)
                    let balance = #"{"current":\#(10 * (index + 1)),"withdrawn":0}"#
                    for follower in followers {
                        while follower.events.last?.data != balance {
                            try follower.waitForEvents(follower.events.count + 1)
                        }
                    }
                }
                let changes = followers.map { $0.events.map { "\($0.name) \($0.data)" } }
                #expect(Set(changes).count == 1, "all servers publish the same changes in the same order: \(changes)")
                try Self.expectContinuations(cluster, followers, first)
            }
        }

        /// The id of an event leads to the events after it at its own server, and to a reset at another one.
        private static func expectContinuations(
            _ cluster: Cluster, _ followers: [EventFollower], _ client: Client
        ) throws {
            for (index, follower) in followers.enumerated() {
                let id = try #require(follower.events.first?.id)
                let own = try EventFollower(
                    cluster.server(index).endpoint(), authorization: client.authorization, lastEventID: id)
                try own.waitForEvents(follower.events.count - 1)
                #expect(own.events == Array(follower.events.dropFirst()))
                let foreign = try EventFollower(
                    cluster.server((index + 1) % serverCount).endpoint(), authorization: client.authorization,
                    lastEventID: id)
                try foreign.waitForEvents(1)
                #expect(foreign.events.map(\.name) == ["reset"])
            }
        }
    }
}
