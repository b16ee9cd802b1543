import EndToEndSupport
import Foundation
import TestSupport
import Testing

extension ClusterFailureTests {
    /// One server at a time asks the accrual system. Another takes over when it ends, is killed or hangs.
    @Suite struct LeadTests {
        /// Orders are uploaded all the time, so that some are on their way when the lead changes.
        private static func upload(_ client: Client, _ range: Range<Int>) throws {
            for index in range {
                #expect(try client.send("POST", "/api/user/orders", orderNumber(index)).status == 202)
            }
        }

        private static func makeCluster(
            _ database: PostgreSQLServer, _ accrual: AccrualServer
        ) throws -> (cluster: Cluster, authorization: String?) {
            let cluster = try Cluster(3, on: database, accrual: accrual.address).start()
            let client = try cluster.client(0)
            try client.register("anna")
            return (cluster, client.authorization)
        }

        private static func client(_ cluster: Cluster, otherThan index: Int, _ authorization: String?) throws -> Client
        {
            let client = try cluster.client((index + 1) % cluster.servers.count)
            client.authorization = authorization
            return client
        }

        /// A planned stop, a kill, and a server that hangs and goes on later.
        @Test func theLeadMovesAndNothingIsSettledTwice() throws {
            let accrual = try AccrualServer(otherwise: { .known($0, "PROCESSED", accrual: "1") })
            let database = try Cluster.makeDatabaseServer()
            defer { database.remove() }
            let (cluster, authorization) = try Self.makeCluster(database, accrual)

            var leader = try cluster.waitForLeader()
            try Self.upload(Self.client(cluster, otherThan: leader, authorization), 0..<50)
            var start = ContinuousClock.now
            #expect(try cluster.stop(leader) == 0)
            report("the leader ended in \((ContinuousClock.now - start) / .seconds(1)) s")
            let planned = try cluster.waitForLeader(after: leader, since: start)
            #expect(planned.seconds < 2 * slowness)
            report("another server leads \(planned.seconds) s after SIGTERM")
            try cluster.start()

            leader = planned.index
            try Self.upload(Self.client(cluster, otherThan: leader, authorization), 50..<100)
            start = ContinuousClock.now
            try cluster.kill(leader)
            try Self.upload(Self.client(cluster, otherThan: leader, authorization), 100..<150)
            let killed = try cluster.waitForLeader(after: leader, since: start)
            #expect(killed.seconds < leadSecondsMax)
            report("another server leads \(killed.seconds) s after SIGKILL")
            try cluster.start()

            leader = killed.index
            let frozen = try cluster.server(leader)
            try Self.upload(Self.client(cluster, otherThan: leader, authorization), 150..<200)
            start = ContinuousClock.now
            frozen.signal(SIGSTOP)
            try Self.upload(Self.client(cluster, otherThan: leader, authorization), 200..<250)
            report("50 uploads took \((ContinuousClock.now - start) / .seconds(1)) s while the leader hung")
            let hung = try cluster.waitForLeader(after: leader, since: start)
            #expect(hung.seconds < leadSecondsMax)
            report("another server leads \(hung.seconds) s after SIGSTOP")
            try Self.expectQuiet(frozen, cluster, newLeader: hung.index, authorization)

            let client = try Self.client(cluster, otherThan: hung.index, authorization)
            let expected = #"{"current":300,"withdrawn":0}"#
            try eventually("each order is credited") {
                try client.send("GET", "/api/user/balance").text == expected
            }
            #expect(try client.send("GET", "/api/user/ledger").json?.array?.count == 300)
            try cluster.expectSoundEnd()
        }

        /// Lets a hung leader go on: it must not lead, and the new leader goes on.
        private static func expectQuiet(
            _ frozen: Server, _ cluster: Cluster, newLeader: Int, _ authorization: String?
        ) throws {
            frozen.signal(SIGCONT)
            let end = ContinuousClock.now + .seconds(2)
            var count = 250
            while ContinuousClock.now < end {
                #expect(try !frozen.isLeading())
                if count < 300 {
                    try upload(client(cluster, otherThan: newLeader, authorization), count..<(count + 1))
                    count += 1
                }
            }
            while count < 300 {
                try upload(client(cluster, otherThan: newLeader, authorization), count..<(count + 1))
                count += 1
            }
            #expect(try cluster.server(newLeader).isLeading())
        }

        /// The staff may be signed in at a server that does not lead, and so has no queue of its own.
        @Test func everyServerShowsTheQueueOfTheLeader() throws {
            let accrual = try AccrualServer(otherwise: { .known($0, "PROCESSING") })
            let database = try Cluster.makeDatabaseServer()
            defer { database.remove() }
            let (cluster, authorization) = try Self.makeCluster(database, accrual)
            let leader = try cluster.waitForLeader()
            try Self.upload(Self.client(cluster, otherThan: leader, authorization), 0..<3)
            let command = try Server(
                in: cluster.folder, arguments: ["staff", "add", "olga", "--role", "owner"],
                environment: ["DATABASE_URI": cluster.uri], input: "a long secret\n")
            #expect(try command.waitForEnd() == 0, "\(command.logText)")
            for index in cluster.servers.indices {
                let staff = try cluster.server(index).staffClient()
                let session = try staff.send(
                    "POST", "/api/staff/session", #"{"name":"olga","password":"a long secret"}"#)
                let cookie = try #require(session["Set-Cookie"]?.split(separator: ";").first)
                let state = #""queue":{"waiting":3},"accrual":{"state":"healthy"}"#
                try eventually("the server \(index) shows the queue; \(leader) leads") {
                    let figures = try staff.send("GET", "/api/staff/figures", fields: ["Cookie: \(cookie)"])
                    return figures.text.contains(state)
                }
            }
            try cluster.expectSoundEnd()
        }

        /// All servers have heard of each order when it was stored.
        @Test func theNextLeaderDoesNotAskAboutOrdersThatAreSettled() throws {
            let accrual = try AccrualServer(otherwise: { .known($0, "PROCESSED", accrual: "1") })
            let database = try Cluster.makeDatabaseServer()
            defer { database.remove() }
            let (cluster, authorization) = try Self.makeCluster(database, accrual)
            let leader = try cluster.waitForLeader()
            let client = try cluster.client(leader)
            client.authorization = authorization
            try Self.upload(client, 0..<50)
            try eventually("each order is credited") {
                try client.send("GET", "/api/user/balance").text == #"{"current":50,"withdrawn":0}"#
            }
            let start = ContinuousClock.now
            #expect(try cluster.stop(leader) == 0)
            _ = try cluster.waitForLeader(after: leader, since: start)
            let other = try Self.client(cluster, otherThan: leader, authorization)
            try Self.upload(other, 50..<51)
            try eventually("the next leader asks about a new order") {
                try other.send("GET", "/api/user/balance").text == #"{"current":51,"withdrawn":0}"#
            }
            for index in 0..<51 { #expect(accrual.asked(orderNumber(index)).count == 1) }
            try cluster.expectSoundEnd()
        }

        private static func run(_ arguments: String..., in cluster: Cluster) throws -> String {
            let command = try Server(
                in: cluster.folder, arguments: arguments, environment: ["DATABASE_URI": cluster.uri])
            #expect(try command.waitForEnd() == 0, "\(command.logText)")
            return command.outputText
        }

        /// The command is a process of its own, and the leader learns of it by the database.
        @Test func theLeaderForgetsDroppedOrders() throws {
            let accrual = try AccrualServer()
            let database = try Cluster.makeDatabaseServer()
            defer { database.remove() }
            let cluster = try Cluster(
                2, on: database, accrual: accrual.address,
                environment: [
                    "MARTLET_DISPATCHER_RETRY_DELAY_MIN_MS": "50", "MARTLET_DISPATCHER_RETRY_DELAY_MAX_MS": "200",
                ]
            ).start()
            _ = try cluster.waitForLeader()
            let (leaver, anna) = (try cluster.client(0), try cluster.client(1))
            try leaver.register("leaver")
            try anna.register("anna")
            let (gone, kept) = (orderNumber(1), orderNumber(2))
            #expect(try leaver.send("POST", "/api/user/orders", gone).status == 202)
            #expect(try anna.send("POST", "/api/user/orders", kept).status == 202)
            try eventually("both are asked about") { accrual.asked(gone).count > 1 && accrual.asked(kept).count > 1 }
            _ = try Self.run("user", "delete", "leaver", "--yes", in: cluster)
            let dropped = try Self.run("order", "drop", "--deleted", "--yes", "--json", in: cluster)
            #expect(dropped == "{\"dropped\":1}\n")
            func asked(_ number: String, afterQuestionsAboutTheOther count: Int) throws -> Int {
                let end = accrual.asked(kept).count + count
                try eventually("the other order is asked about again") { accrual.asked(kept).count >= end }
                return accrual.asked(number).count
            }
            let count = try asked(gone, afterQuestionsAboutTheOther: 10)
            #expect(try asked(gone, afterQuestionsAboutTheOther: 10) == count)
            try cluster.expectSoundEnd()
        }

        /// The accrual system asks for a pause. The leader ends at once, and the next one keeps quiet for the rest of
        /// it; a pace holds for the next leader too.
        @Test(arguments: Scale.factor == 1 ? [SIGTERM] : [SIGTERM, SIGKILL])
        func aPauseSurvivesTheChangeOfTheLeader(signal: Int32) throws {
            let pauseSeconds = signal == SIGTERM ? 10 : 20
            let accrual = try AccrualServer(otherwise: { .known($0, "PROCESSED", accrual: "1") })
            let database = try Cluster.makeDatabaseServer()
            defer { database.remove() }
            let (cluster, authorization) = try Self.makeCluster(database, accrual)
            let leader = try cluster.waitForLeader()
            let client = try Self.client(cluster, otherThan: leader, authorization)
            let (throttled, later) = (orderNumber(1), orderNumber(2))
            accrual.answer(
                throttled, with: [.throttled(seconds: pauseSeconds), .known(throttled, "PROCESSED", accrual: "1")])
            #expect(try client.send("POST", "/api/user/orders", throttled).status == 202)
            try eventually("the accrual system is asked") { !accrual.asked(throttled).isEmpty }
            if signal == SIGKILL {
                // The answer has to arrive, and the pause to be written, before nothing more can be.
                let server = try cluster.server(leader)
                try eventually("the leader pauses") { server.logText.contains("asks for fewer requests") }
            }
            let start = ContinuousClock.now
            if signal == SIGTERM { #expect(try cluster.stop(leader) == 0) } else { try cluster.kill(leader) }
            #expect(try client.send("POST", "/api/user/orders", later).status == 202)
            let next = try cluster.waitForLeader(after: leader, since: start)
            let pausedAt = try #require(accrual.asked(throttled).first)
            #expect(next.seconds < Double(pauseSeconds), "or there is no pause left to keep")
            try eventually("both orders are credited") {
                try client.send("GET", "/api/user/balance").text == #"{"current":2,"withdrawn":0}"#
            }
            for time in [accrual.asked(throttled)[1], try #require(accrual.asked(later).first)] {
                let seconds = time.timeIntervalSince(pausedAt)
                #expect(seconds >= Double(pauseSeconds) - 0.1)
                report("the next leader asks \(seconds) s after a pause of \(pauseSeconds) s began")
            }
            let admin = try Client(endpoint: cluster.server(next.index).adminEndpoint())
            #expect(try admin.send("GET", "/metrics").text.contains("\nmartlet_accrual_requests_per_second_max 100"))
            try cluster.expectSoundEnd()
        }
    }
}
