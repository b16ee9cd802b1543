import Loyalty
import Posix
import Postgres
import Storage
import Synchronization
import TestSupport
import Testing

@testable import PostgresStore

/// Connections that end at any moment, and servers that hang.
@Suite(.enabled(if: PostgreSQLServer.isInstalled), .serialized)
struct WriteCutTests {
    private static let clients = 12
    private static let cuts = 200 * Scale.factor
    /// Far fewer than one cut in ten leaves.
    private static let doubtsMin = cuts / 40

    /// The answers that a client got, for numbers that it alone uses.
    private struct Answers {
        var stored: [OrderNumber] = []
        var notStored: [OrderNumber] = []
        /// Answers that contradict what happened.
        var wrong: [String] = []
        var unknown = 0
    }

    @Test func theFateOfACommitInDoubtIsNeverGuessed() async throws {
        let database = try TestDatabase()
        let users = try database.addPlainUsers(4)
        let proxy = try CuttingProxy(to: database.server.socketPath)
        defer { proxy.close() }
        let isOver = Flag()
        let answers = try await TestLane.with(database, through: proxy.port) { lane in
            try await withThrowingTaskGroup(of: Answers.self) { group in
                for client in 0..<Self.clients {
                    group.addTask { await Self.write(lane, users[client % users.count], client, until: isOver) }
                }
                // Also after an error, or the writers would go on for ever.
                defer { isOver.set() }
                try await Self.cut(proxy)
                isOver.set()
                #expect(lane.lane.doubtCount > Self.doubtsMin, "the cuts leave commits in doubt")
                return try await group.reduce(into: Answers()) { all, one in
                    all.stored += one.stored
                    all.notStored += one.notStored
                    all.wrong += one.wrong
                    all.unknown += one.unknown
                }
            }
        }
        #expect(answers.wrong == [])
        #expect(answers.stored.count > Self.cuts)
        #expect(try database.brokenRules() == [])
        let kept = Set(try database.texts("SELECT number FROM orders UNION ALL SELECT order_number FROM withdrawals"))
        #expect(answers.stored.filter { !kept.contains($0.digits) } == [], "acknowledged means kept")
        #expect(answers.notStored.filter { kept.contains($0.digits) } == [], "unavailable means that nothing happened")
        #expect(answers.unknown <= answers.stored.count / 10, "a fate is unknown only if no connection is made in time")
    }

    /// Cuts connections at random bytes.
    private static func cut(_ proxy: CuttingProxy) async throws {
        var random = SeededRandom(seed: 7)
        for _ in 0..<cuts {
            let direction = Bool.random(using: &random) ? CuttingProxy.Cut.Direction.toServer : .toClient
            proxy.order(CuttingProxy.Cut(direction, after: .random(in: 1...40_000, using: &random)))
            try await eventually(within: 180, "the cut has not happened") { !proxy.isCutPending }
        }
        proxy.order(nil)
    }

    /// Uploads orders and spends points, each number once.
    private static func write(
        _ lane: TestLane, _ user: UserID, _ client: Int, until isOver: Flag
    ) async -> Answers {
        var answers = Answers()
        var index = 0
        while !isOver.isSet {
            index += 1
            let number = OrderNumber.sample(1_000_000 * (client + 1) + index)
            do throws(LoyaltyError) {
                if index % 4 == 0 {
                    // Without points nothing is stored, so it does not matter how often this runs.
                    let result = try await lane.spend(1, for: number, by: user)
                    if result == .withdrawn {
                        answers.stored.append(number)
                    } else if result != .notEnoughPoints {
                        answers.wrong.append("\(number.digits): \(result)")
                    }
                } else {
                    let upload = try await lane.upload(number, by: user)
                    guard case .accepted(let id) = upload else {
                        if upload != .tooManyUnfinished { answers.wrong.append("\(number.digits): \(upload)") }
                        continue
                    }
                    answers.stored.append(number)
                    _ = try? await lane.settle([Settlement(order: id, verdict: .processed(Points(hundredths: 2)))])
                }
            } catch .inDoubt {
                answers.unknown += 1
            } catch {
                answers.notStored.append(number)
            }
        }
        return answers
    }

    @Test func aHungServerKeepsNoClientWaitingBeyondTheDeadline() async throws {
        let database = try TestDatabase()
        let user = try database.addPlainUsers(1)[0]
        let proxy = try CuttingProxy(to: database.server.socketPath)
        defer { proxy.close() }
        try await TestLane.with(database, through: proxy.port) { lane in
            for index in 0..<3 { _ = try await lane.upload(.sample(index), by: user) }
            // Nothing passes any more, and the connections stay open.
            proxy.order(CuttingProxy.Cut(.toServer, after: 1, closes: false))
            let began = SystemClock.monotonicMilliseconds()
            let refusals = await withTaskGroup(of: LoyaltyError?.self) { group in
                for index in 10..<40 {
                    group.addTask {
                        do throws(LoyaltyError) {
                            _ = try await lane.upload(.sample(index), by: user)
                            return nil
                        } catch {
                            return error
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let took = SystemClock.monotonicMilliseconds() - began
            // The other tests take the processor meanwhile; a client that hangs waits as long as the server is hung.
            #expect(took < Int64(WriteLane.writeDeadlineMilliseconds + 30_000), "answered after \(took) ms")
            for refusal in refusals {
                #expect(refusal == .unavailable(retryAfterSeconds: 2) || refusal == .unavailable(retryAfterSeconds: 1))
            }
            try await eventually("there is an obstacle") { lane.lane.obstacle != nil }
            #expect(try database.integer("SELECT count(*) FROM orders") == 3, "unavailable means that nothing happened")
            proxy.order(nil)
            try await eventually("the lane connects again") { lane.lane.obstacle == nil }
            _ = try await lane.upload(.sample(50), by: user)
        }
    }

    @Test func aServerThatEndsIsWaitedFor() async throws {
        let server = try PostgreSQLServer()
        defer { server.remove() }
        let database = try TestDatabase(on: server)
        let user = try database.addPlainUsers(1)[0]
        try await TestLane.with(database) { lane in
            _ = try await lane.upload(.sample(1), by: user)
            let position = lane.changeLog.latest
            server.stop()
            await #expect(throws: LoyaltyError.unavailable(retryAfterSeconds: 2)) {
                try await lane.upload(.sample(2), by: user)
            }
            try server.start()
            try await eventually("the lane connects again") { lane.lane.obstacle == nil }
            #expect(try await lane.upload(.sample(2), by: user) != .uploadedBefore)
            #expect(lane.changeLog.changes(after: position) == nil, "changes may have been missed")
        }
    }

    @Test func aRowThatAnotherProcessHasTakenOverIsReplaced() async throws {
        let database = try TestDatabase()
        let user = try database.addPlainUsers(1)[0]
        try await TestLane.with(database) { lane in
            _ = try await lane.upload(.sample(1), by: user)
            try database.server.run("UPDATE instances SET epoch = epoch + 1", in: database.name)
            #expect(try await lane.upload(.sample(2), by: user) != .uploadedBefore)
            #expect(try database.integer("SELECT count(*) FROM instances") == 2)
        }
        #expect(try database.brokenRules() == [])
    }

    @Test func theFenceKnowsItselfIfItsAnswerWasLost() throws {
        let database = try TestDatabase()
        var connection = try database.connect()
        let row = try InstanceRow.claim(
            on: &connection, at: Timestamp(milliseconds: 0), until: TestDatabase.patience)
        var lost = row.marker
        #expect(try EpochFence.raise(for: &lost, on: &connection, until: TestDatabase.patience) == .committed)
        var again = row.marker
        #expect(try EpochFence.raise(for: &again, on: &connection, until: TestDatabase.patience) == .committed)
        #expect(again.epoch == lost.epoch)
        var late = row.marker
        #expect(try EpochFence.raise(for: &again, on: &connection, until: TestDatabase.patience) == .committed)
        #expect(try EpochFence.raise(for: &late, on: &connection, until: TestDatabase.patience) == .inDoubt)
    }
}

extension TestDatabase {
    /// The texts in the first column.
    func texts(_ sql: String) throws -> [String] {
        var connection = try connect()
        return try connection.run(sql, until: Self.patience) { (rows: borrowing ResultSet) throws(PostgresError) in
            try rows.all { (row: borrowing Row) throws(PostgresError) in try row.text(0) }
        }
    }
}
