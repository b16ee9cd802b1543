import Changes
import Loyalty
import Posix
import Postgres
import SharedStore
import Storage
import TestSupport
import Testing

@testable import PostgresStore

/// The writer of an instance.
@Suite(.enabled(if: PostgreSQLServer.isInstalled))
struct WriteLaneTests {
    private static let order = OrderNumber.sample(1)

    private static func points(_ hundredths: Int64) -> Points { Points(hundredths: hundredths) }

    private static func processed(_ id: OrderID, _ hundredths: Int64) -> Settlement {
        Settlement(order: id, verdict: .processed(points(hundredths)))
    }

    private static func id(of upload: OrderUpload) throws -> OrderID {
        guard case .accepted(let id) = upload else { throw TestFailure("the upload was not accepted: \(upload)") }
        return id
    }

    @Test func theLogSaysWhyTheServerEndedAnIdleConnection() async throws {
        let database = try TestDatabase()
        let user = try database.addPlainUsers(1)[0]
        try await TestLane.with(database) { lane in
            _ = try await lane.upload(Self.order, by: user)
            try database.run(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()
                """)
            let reason = "has lost its connection to the database: terminating connection due to administrator command"
            try await eventually("\(lane.log.all)") { lane.log.count(of: reason) == 1 }
        }
    }

    @Test func uploadsSettlementsAndWithdrawalsAreExact() async throws {
        let database = try TestDatabase()
        let users = try database.addPlainUsers(2)
        try await TestLane.with(database) { lane in
            let id = try Self.id(of: try await lane.upload(Self.order, by: users[0]))
            #expect(try await lane.upload(Self.order, by: users[0]) == .uploadedBefore)
            #expect(try await lane.upload(Self.order, by: users[1]) == .uploadedByAnother)
            #expect(try await lane.settle([Settlement(order: id, verdict: .processing)]) == [])
            let tooMany = Self.processed(id, -1)
            #expect(try await lane.settle([tooMany, Self.processed(id, 50), Self.processed(id, 60)]) == [tooMany])
            #expect(try await lane.settle([Self.processed(id, 50)]) == [])
            #expect(try await lane.spend(51, for: .sample(9), by: users[0]) == .notEnoughPoints)
            #expect(try await lane.spend(30, for: .sample(9), by: users[0]) == .withdrawn)
            #expect(try await lane.spend(30, for: .sample(9), by: users[0]) == .repeated)
            #expect(try await lane.spend(30, for: .sample(9), by: users[1]) == .conflict)
        }
        #expect(try database.integer("SELECT current FROM balances WHERE user_id = \(users[0].rawValue)") == 20)
        #expect(try database.brokenRules() == [])
    }

    @Test func anUploadThatIsRefusedLeavesItsAccountAsItWas() async throws {
        let database = try TestDatabase()
        let users = try database.addPlainUsers(2)
        var limits = StorageLimits()
        limits.unfinishedOrdersPerUserMax = 1
        try await TestLane.with(database, limits: limits) { lane in
            _ = try Self.id(of: try await lane.upload(Self.order, by: users[0]))
            #expect(try await lane.upload(Self.order, by: users[0]) == .uploadedBefore)
            #expect(try await lane.upload(.sample(2), by: users[0]) == .tooManyUnfinished)
            #expect(try await lane.upload(Self.order, by: users[1]) == .uploadedByAnother)
        }
        for (user, version, unfinished) in [(users[0], 2, 1), (users[1], 1, 0)] {
            let row = "FROM balances WHERE user_id = \(user.rawValue)"
            #expect(try database.integer("SELECT version \(row)") == Int64(version))
            #expect(try database.integer("SELECT unfinished \(row)") == Int64(unfinished))
        }
    }

    @Test func changesAreInTheLogBeforeTheAcknowledgement() async throws {
        let database = try TestDatabase()
        let user = try database.addPlainUsers(1)[0]
        try await TestLane.with(2, database) { lanes in
            let id = try Self.id(of: try await lanes[0].upload(Self.order, by: user))
            let start = lanes[0].changeLog.latest
            _ = try await lanes[0].settle([Self.processed(id, 50)])
            let own = try #require(lanes[0].changeLog.changes(after: start))
            #expect(own.count == 2)
            guard case .balance(let balance)? = own.last?.change.kind else { throw TestFailure("\(own)") }
            #expect(balance.current == Self.points(50))
            // The other instance learns the same, in the same order.
            try await eventually("the changes have not arrived") {
                lanes[1].changeLog.changes(after: lanes[1].start)?.map(\.change) == own.map(\.change)
            }
        }
    }

    @Test func theLeaderLearnsOrdersOfOthers() async throws {
        let database = try TestDatabase()
        let user = try database.addPlainUsers(1)[0]
        try await TestLane.with(2, database) { lanes in
            #expect(try lanes[1].lane.takeOrdersOfOtherServers() == [])
            let id = try Self.id(of: try await lanes[0].upload(Self.order, by: user))
            var taken: [UnfinishedOrder] = []
            try await eventually("the order has not arrived") {
                taken += try lanes[1].lane.takeOrdersOfOtherServers()
                return !taken.isEmpty
            }
            #expect(taken == [UnfinishedOrder(id: id, number: Self.order, user: user)])
            #expect(try lanes[0].lane.takeOrdersOfOtherServers() == [], "its own orders are known")
        }
    }

    @Test func theLimitOfUnfinishedOrdersHoldsOverInstances() async throws {
        let database = try TestDatabase()
        let user = try database.addPlainUsers(1)[0]
        var limits = StorageLimits()
        limits.unfinishedOrdersPerUserMax = 20
        let accepted = try await TestLane.with(3, database, limits: limits) { lanes in
            try await withThrowingTaskGroup(of: OrderUpload.self) { group in
                for index in 0..<90 {
                    group.addTask { try await lanes[index % 3].upload(.sample(index), by: user) }
                }
                var accepted = 0
                for try await upload in group {
                    if case .accepted = upload { accepted += 1 } else { #expect(upload == .tooManyUnfinished) }
                }
                return accepted
            }
        }
        #expect(accepted == 20)
        #expect(try database.brokenRules() == [])
    }

    @Test func aNumberIsAcceptedOnceWhicheverInstanceTakesIt() async throws {
        let database = try TestDatabase()
        let users = try database.addPlainUsers(8)
        try await TestLane.with(4, database) { lanes in
            for round in 0..<30 {
                let results = try await withThrowingTaskGroup(of: [OrderUpload].self) { group in
                    for lane in lanes {
                        group.addTask {
                            var results: [OrderUpload] = []
                            try await withThrowingTaskGroup(of: OrderUpload.self) { uploads in
                                for number in 0..<10 {
                                    let user = users[(number + round) % users.count]
                                    uploads.addTask { try await lane.upload(.sample(round * 10 + number), by: user) }
                                }
                                for try await upload in uploads { results.append(upload) }
                            }
                            return results
                        }
                    }
                    return try await group.reduce(into: []) { $0 += $1 }
                }
                #expect(results.count { if case .accepted = $0 { true } else { false } } == 10)
                #expect(results.count { $0 == .uploadedBefore } == 30)
            }
        }
        #expect(try database.brokenRules() == [])
    }

    @Test func aConversationIsAllOrNothing() async throws {
        let database = try TestDatabase()
        let user = try database.addPlainUsers(1)[0]
        try await TestLane.with(database) { lane in
            let now = lane.now
            let added = try await lane.lane.converse { transaction throws(PostgresError) in
                try transaction.addOrder(Self.order, of: user, at: now)
            }
            #expect(try Self.id(of: added).rawValue > 0)
            await #expect(throws: LoyaltyError.failed) {
                try await lane.lane.converse { transaction throws(PostgresError) in
                    _ = try transaction.addOrder(.sample(2), of: user, at: now)
                    throw .badValue("an error of this program")
                }
            }
            await #expect(throws: LoyaltyError.failed) {
                try await lane.lane.converse { transaction throws(PostgresError) in
                    _ = try transaction.addOrder(.sample(3), of: user, at: now)
                    try transaction.run("UPDATE balances SET current = -1 WHERE user_id = ?", user.rawValue)
                }
            }
            #expect(try await lane.upload(.sample(4), by: user) != .uploadedBefore, "the lane goes on")
        }
        #expect(try database.integer("SELECT count(*) FROM orders") == 2)
        #expect(try database.brokenRules() == [])
    }

    @Test func aTextWithANullCharacterFailsAlone() async throws {
        let database = try TestDatabase()
        try await TestLane.with(database) { lane in
            await #expect(throws: LoyaltyError.failed) {
                try await lane.lane.converse { transaction throws(PostgresError) in
                    try transaction.run(
                        "INSERT INTO reward_rules (match_text, kind, reward_millionths) VALUES (?, 1, 1)", "a\0b")
                }
            }
            _ = try await lane.lane.converse { transaction throws(PostgresError) in
                try transaction.run(
                    "INSERT INTO reward_rules (match_text, kind, reward_millionths) VALUES (?, 1, 1)", "a")
            }
        }
    }

    @Test func conversationsOfOneUserComeOneAfterAnotherWithBatches() async throws {
        let database = try TestDatabase()
        let user = try database.addPlainUsers(1)[0]
        try await TestLane.with(3, database) { lanes in
            let id = try Self.id(of: try await lanes[0].upload(Self.order, by: user))
            _ = try await lanes[0].settle([Self.processed(id, 1_000)])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<60 {
                    let lane = lanes[index % 3]
                    let now = lane.now
                    group.addTask {
                        if index % 2 == 0 {
                            _ = try await lane.spend(30, for: .sample(100 + index), by: user)
                        } else {
                            _ = try await lane.lane.converse { transaction throws(PostgresError) in
                                try transaction.withdraw(
                                    Self.points(30), for: .sample(100 + index), of: user, at: now)
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        #expect(try database.integer("SELECT current FROM balances") == 10)
        #expect(try database.brokenRules() == [])
    }

    @Test func theLaneAnswersAllCallersAtItsEnd() async throws {
        let database = try TestDatabase()
        let user = try database.addPlainUsers(1)[0]
        let lane = try TestLane(database)
        let results = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<200 {
                group.addTask {
                    do throws(LoyaltyError) {
                        _ = try await lane.upload(.sample(index), by: user)
                        return true
                    } catch {
                        #expect(error == .unavailable(retryAfterSeconds: 1))
                        return false
                    }
                }
            }
            group.addTask {
                await withCheckedContinuation { continuation in
                    let thread = Posix.Thread(name: "stop") {
                        lane.lane.stop()
                        continuation.resume()
                    }
                    Task.detached { thread.join() }
                }
                return false
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(try database.integer("SELECT count(*) FROM orders") == Int64(results))
        await #expect(throws: LoyaltyError.unavailable(retryAfterSeconds: 1)) {
            try await lane.upload(.sample(1_000), by: user)
        }
    }
}
