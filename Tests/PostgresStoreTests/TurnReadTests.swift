import Loyalty
import Postgres
import Storage
import Synchronization
import TestSupport
import Testing

@testable import PostgresStore

/// The reads of a turn travel together, and each request gets its own answer.
@Suite(.enabled(if: PostgreSQLServer.isInstalled)) struct TurnReadTests {
    @Test func eachRequestOfATurnGetsItsOwnAnswer() async throws {
        let database = try TestDatabase()
        let users = try database.addUsers(40)
        try await ReadingFixture.with(database) { fixture in
            let names = (1...40).map { "user \($0)" } + ["nobody", "user 3", "user 3", "stranger"]
            let sessions = try await fixture.atOnce(
                names.map { name -> ReadingFixture.Read<OpenSession?> in
                    { try await $0.session(.sample(name)).get() }
                })
            let found = try sessions.map { try $0.get()?.user }
            #expect(found == users + [nil, users[2], users[2], nil])
            #expect(try sessions[0].get()?.expiresAt == Timestamp(milliseconds: 4_000_000_000_000))
            #expect(try sessions[6].get()?.balance?.current == Points(hundredths: 7))

            let strangers = [UserID(rawValue: 0), UserID(rawValue: -1)]
            let balances = try await fixture.atOnce(
                (users + strangers).map { user -> ReadingFixture.Read<Balance> in
                    { try await $0.balance(of: user).get() }
                })
            for (index, balance) in try balances.map({ try $0.get() }).enumerated() {
                let isUser = index < users.count
                #expect(balance.current == Points(hundredths: isUser ? Int64(index) + 1 : 0))
                #expect(balance.withdrawn == Points(hundredths: isUser ? 100 : 0))
            }
        }
    }

    @Test func allKindsOfReadsShareATurn() async throws {
        let database = try TestDatabase()
        let users = try database.addUsers(2)
        try await ReadingFixture.with(database) { fixture in
            let user = users[1]
            let reads: [ReadingFixture.Read<String>] = [
                { "\(try await $0.session(.sample("user 2")).get()?.user == user)" },
                { "\(try await $0.balance(of: user).get().current.hundredths)" },
                { try await $0.orders(of: user, from: nil, limit: 5).get().items[0].number.digits },
                { try await $0.withdrawals(of: user, from: nil, limit: 5).get().items[0].order.digits },
                { "\(try await $0.ledger(of: user, from: nil, limit: 1).get().items.map(\.points.hundredths))" },
                { "\(try await $0.ledger(of: user, from: nil, limit: 1).get().next != nil)" },
                { "\(try await $0.order(.sample(2), of: user).get()?.accrual.hundredths ?? 0)" },
                { "\(try await $0.order(.sample(1), of: user).get() == nil)" },
                { "\(try await $0.credentials(of: Login("user 2")).get()?.user == user)" },
                { try await $0.profile(of: user).get()?.login.text ?? "" },
                { "\(try await $0.isRegistrationOpen().get() == nil)" },
            ]
            let texts = try await fixture.atOnce(reads)
            let digits = OrderNumber.sample(2).digits
            #expect(
                try texts.map { try $0.get() } == [
                    "true", "2", digits, digits, "[-100]", "true", "102", "true", "true", "user 2", "true",
                ])
        }
    }

    @Test func aTaskReadsAgainAfterItsFirstRead() async throws {
        let database = try TestDatabase()
        let users = try database.addUsers(1)
        try await ReadingFixture.with(database) { fixture in
            let pages = try await fixture.onLoop { repository in
                let session = try await repository.session(.sample("user 1")).get()
                let first = try await repository.ledger(of: users[0], from: nil, limit: 1).get()
                let second = try await repository.ledger(of: users[0], from: first.next, limit: 1).get()
                return (session?.user, first.items.count, second.items.count, second.next)
            }
            #expect(pages.0 == users[0] && pages.1 == 1 && pages.2 == 1 && pages.3 == nil)
        }
    }

    @Test func theRevisionIsThatOfTheDatabase() async throws {
        let database = try TestDatabase()
        let users = try database.addUsers(2)
        try await ReadingFixture.with(database) { fixture in
            let revision = { @Sendable () async throws in
                try await fixture.onLoop { try await $0.session(.sample("user 1")).get()?.revision?.rawValue }
            }
            let before = try #require(try await revision())
            #expect(try await revision() == before)
            try database.run("UPDATE balances SET version = version + 1 WHERE user_id = \(users[0].rawValue)")
            #expect(try await revision() == before + 1)
        }
    }

    @Test func aSnapshotSeesOneState() async throws {
        let database = try TestDatabase()
        let users = try database.addUsers(1)
        let update = "UPDATE balances SET version = version + 1 WHERE user_id = \(users[0].rawValue)"
        try await ReadingFixture.with(database) { fixture in
            for isSnapshot in [true, false] {
                let versions = try await fixture.onLoop { _ in
                    try await fixture.reads.read(isSnapshot: isSnapshot) { session throws(PostgresError) in
                        var versions: [Int64?] = []
                        for _ in 0..<2 {
                            versions.append(try session.first("SELECT version FROM balances") { row in row.integer(0) })
                            do { try database.run(update) } catch { throw .badValue("an update") }
                        }
                        return versions
                    }
                }
                #expect((versions[0] == versions[1]) == isSnapshot)
            }
        }
    }

    @Test func aReadThatFailsLeavesTheOthersOfItsTurn() async throws {
        let database = try TestDatabase()
        let users = try database.addUsers(1)
        try await ReadingFixture.with(database) { fixture in
            // Before the table is dropped, so that the statement is prepared.
            _ = try await fixture.onLoop { try await $0.withdrawals(of: users[0], from: nil, limit: 1).get() }
            try database.run("DROP TABLE withdrawals")
            let reads: [ReadingFixture.Read<Int>] = [
                { try await $0.orders(of: users[0], from: nil, limit: 1).get().items.count },
                { try await $0.withdrawals(of: users[0], from: nil, limit: 1).get().items.count },
                { try await $0.ledger(of: users[0], from: nil, limit: 9).get().items.count },
                { try await $0.withdrawals(of: users[0], from: nil, limit: 2).get().items.count },
                { try await $0.profile(of: users[0]).get() == nil ? 0 : 1 },
            ]
            let results = try await fixture.atOnce(reads)
            #expect(try results[0].get() == 1)
            #expect(throws: LoyaltyError.failed) { try results[1].get() }
            #expect(try results[2].get() == 2)
            #expect(throws: LoyaltyError.failed) { try results[3].get() }
            #expect(try results[4].get() == 1)
            #expect(fixture.lines.count(of: "withdrawals") == 1)
        }
    }

    @Test func moreReadsThanMayWaitAreRefused() async throws {
        let database = try TestDatabase()
        let loop = LoopThread()
        // Safe: used on the loop's thread alone, until that has ended.
        nonisolated(unsafe) let reads = TurnReads(ReadLane(connector: try database.connector(), log: .none))
        let begun = Atomic<Int>(0)
        // No turn of this loop ends, so that the reads wait.
        let read = { @Sendable () async -> LoyaltyError? in
            begun.add(1, ordering: .relaxed)
            do throws(LoyaltyError) {
                _ = try await reads.balance(of: UserID(rawValue: 1))
                return nil
            } catch {
                return error
            }
        }
        let waiting = (0..<ReadLane.waitingMax).map { _ in Task(executorPreference: loop) { await read() } }
        try await eventually { begun.load(ordering: .relaxed) == ReadLane.waitingMax }
        #expect(await Task(executorPreference: loop) { await read() }.value == ReadInbox.refusal)
        let closing = Task(executorPreference: loop) { reads.close() }
        await closing.value
        for task in waiting { #expect(await task.value == ReadInbox.refusal) }
        loop.stop()
    }
}
