import Loyalty
import Posix
import SQLite
import Synchronization
import TestSupport
import Testing

@testable import SQLiteStore

struct WriterTests {
    /// Asks for writes while the writer is held, so that they are one batch; the results in the order of asking.
    private func inOneBatch<Value: Sendable>(
        _ fixture: Fixture, _ operations: [@Sendable (WriteTransaction) throws(SQLiteError) -> Value]
    ) async throws -> [Result<Value, LoyaltyError>] {
        let writer = fixture.store.writer
        let hold = fixture.holdWriter()
        var tasks: [Task<Result<Value, LoyaltyError>, Never>] = []
        for operation in operations {
            let waiting = writer.waitingCount
            tasks.append(
                Task {
                    do throws(LoyaltyError) { return .success(try await writer.perform(operation)) } catch {
                        return .failure(error)
                    }
                })
            try await eventually { writer.waitingCount == waiting + 1 }
        }
        hold.release()
        var results: [Result<Value, LoyaltyError>] = []
        for task in tasks { results.append(await task.value) }
        return results
    }

    private static func insertUser(_ index: Int) -> @Sendable (WriteTransaction) throws(SQLiteError) -> Int {
        { transaction throws(SQLiteError) in
            try transaction.run(
                "INSERT INTO users (id, login, password_hash, created_at) VALUES (?, ?, '', 0)", Int64(index),
                "user \(index)")
        }
    }

    @Test func oneGuiltyOperationFailsAlone() async throws {
        try await Fixture.with { fixture async throws in
            let runs = Counter()
            var operations = (1...9).map(Self.insertUser)
            operations[0] = { transaction throws(SQLiteError) in
                runs.increment()
                return try transaction.run(
                    "INSERT INTO users (id, login, password_hash, created_at) VALUES (1, 'user 1', '', 0)")
            }
            // Writes, and then fails: what it wrote goes with it.
            operations[4] = { transaction throws(SQLiteError) in
                try transaction.run(
                    "INSERT INTO users (id, login, password_hash, created_at) VALUES (100, 'guilty', '', 0)")
                return try transaction.run(
                    "INSERT INTO users (id, login, password_hash, created_at) VALUES (100, ?, '', 0)", "secret")
            }
            let results = try await inOneBatch(fixture, operations)
            for (index, result) in results.enumerated() {
                #expect(result == (index == 4 ? .failure(.failed) : .success(1)), "\(index)")
            }
            #expect(runs.value == 2, "optimistically with the others, then alone")
            #expect(try fixture.number("SELECT count(*) FROM users") == 8)
            #expect(fixture.recorder.count(of: "A write to the database failed") == 1)
            #expect(fixture.recorder.count(of: "secret") == 0)
            #expect(fixture.fatalErrors.value == 0)
        }
    }

    @Test func aBatchIsOneTransaction() async throws {
        try await Fixture.with { fixture async throws in
            // Each sees what those before it wrote, though none is committed.
            let counts: @Sendable (WriteTransaction) throws(SQLiteError) -> Int = { transaction throws(SQLiteError) in
                let count = try transaction.first("SELECT count(*) FROM users") { row in row.integer(0) } ?? -1
                try transaction.run(
                    "INSERT INTO users (login, password_hash, created_at) VALUES (?, '', 0)", "\(count)")
                return Int(count)
            }
            let results = try await inOneBatch(fixture, Array(repeating: counts, count: 5))
            #expect(results == (0..<5).map { index in .success(index) })
        }
    }

    @Test func noClientIsAnsweredBeforeTheCommit() async throws {
        try await Fixture.with { fixture async throws in
            _ = try await fixture.store.writer.perform { transaction throws(SQLiteError) in
                try Self.insertUser(1)(transaction)
            }
            let other = try Database(path: fixture.store.path, mode: .readOnly)
            #expect(try other.first("SELECT count(*) FROM users") { row in row.integer(0) } == 1)
        }
    }

    @Test func aFullQueueAsksToComeAgain() async throws {
        var limits = Writer.Limits()
        limits.storage.writeQueueMax = 2
        try await Fixture.with(limits: limits) { fixture async throws in
            let writer = fixture.store.writer
            let hold = fixture.holdWriter()
            let waiting = (1...2).map { index in Task { try await writer.perform(Self.insertUser(index)) } }
            try await eventually { writer.waitingCount == 2 }
            await #expect(throws: LoyaltyError.overloaded(retryAfterSeconds: 1)) {
                try await writer.perform(Self.insertUser(3))
            }
            // The pipeline has its place whatever waits, or a crowd of uploads would keep it from settling any.
            let settling = Thread(name: "settling") { _ = try? writer.performAndWait(Self.insertUser(4)) }
            try await eventually { writer.waitingCount == 3 }
            hold.release()
            for task in waiting { #expect(try await task.value == 1) }
            settling.join()
            #expect(try fixture.number("SELECT count(*) FROM users") == 3)
        }
    }

    @Test func stoppingFinishesWhatWaits() async throws {
        let folder = TemporaryFolder()
        var limits = Writer.Limits()
        limits.storage.batchMax = 3
        try await Fixture.with(folder: folder, limits: limits) { fixture async throws in
            let writer = fixture.store.writer
            let hold = fixture.holdWriter()
            let waiting = (1...20).map { index in Task { try await writer.perform(Self.insertUser(index)) } }
            try await eventually { writer.waitingCount == 20 }
            let stopping = Thread(name: "stop") { fixture.store.stop() }
            // Writes that arrive after the stop has begun are refused at once, while earlier ones still wait.
            let refusals = Counter()
            try await eventually {
                Task {
                    do throws(LoyaltyError) { try await writer.perform { _ in } } catch {
                        #expect(error == .unavailable(retryAfterSeconds: 1))
                        refusals.increment()
                    }
                }
                return refusals.value > 0
            }
            hold.release()
            for task in waiting { #expect(try await task.value == 1) }
            stopping.join()
            await #expect(throws: LoyaltyError.unavailable(retryAfterSeconds: 1)) {
                try await writer.perform(Self.insertUser(99))
            }
        }
        try await Fixture.with(folder: folder) { fixture async throws in
            #expect(try fixture.number("SELECT count(*) FROM users") == 20)
        }
    }

    @Test func aFullDiskIsWaitedOut() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            let upload: @Sendable (Int) async throws -> OrderUpload = { index in
                try await fixture.onLoop { repository in
                    try await repository.addOrder(
                        OrderNumber(stored: String(repeating: "\(index % 10)", count: 1000) + "\(index)"), of: user,
                        at: fixture.clock.now)
                }
            }
            // As many pages as the file has now, and a few. The answer is what it is set to.
            let pages = try #require(try fixture.number("PRAGMA page_count"))
            _ = try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                try transaction.first("PRAGMA max_page_count = 48") { row in row.integer(0) }
            }
            #expect(pages < 48)
            var accepted = 0
            var refusals = 0
            for index in 0..<200 where refusals < 5 {
                do {
                    _ = try await upload(index)
                    accepted += 1
                } catch let error as LoyaltyError {
                    #expect(error == .unavailable(retryAfterSeconds: 10))
                    refusals += 1
                    // A write that needs no room is still answered, and is not a sign of room.
                    #expect(try await upload(0) == .uploadedBefore)
                }
            }
            #expect(accepted > 0)
            #expect(refusals == 5)
            #expect(fixture.recorder.count(of: "no room") == 1, "told once, not for each")
            // Reading goes on, and what was refused is not there.
            #expect(try await fixture.onLoop { repository in try repository.orders(of: user).count } == accepted)
            _ = try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                try transaction.first("PRAGMA max_page_count = 100000") { row in row.integer(0) }
            }
            #expect(try await upload(1000) == .accepted(OrderID(rawValue: Int64(accepted) + 1)))
            #expect(fixture.recorder.count(of: "takes writes again") == 1)
            #expect(fixture.fatalErrors.value == 0)
        }
    }

    @Test func damageEndsEverything() async throws {
        let folder = TemporaryFolder()
        let roots = Mutex<[Int]>([])
        try await Fixture.with(folder: folder) { fixture async throws in
            let user = try await fixture.addUser()
            try await fixture.credit(100, for: .sample(1), to: user)
            let pages = try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                try transaction.all("SELECT rootpage FROM sqlite_schema WHERE rootpage > 0") { row in row.integer(0) }
            }
            roots.withLock { $0 = pages.map { Int($0) } }
        }
        // Every page but those that hold the schema becomes noise.
        var bytes = try folder.read("test.db")
        for page in roots.withLock({ $0 }) {
            for index in (page - 1) * 4096..<page * 4096 { bytes[index] = 0xA5 }
        }
        try folder.write(bytes, to: "test.db")
        try await Fixture.with(folder: folder) { fixture async throws in
            await #expect(throws: LoyaltyError.failed) {
                try await fixture.onLoop { repository in
                    try await repository.addOrder(.sample(2), of: UserID(rawValue: 1), at: fixture.clock.now)
                }
            }
            #expect(fixture.fatalErrors.value == 1)
            // Nothing is written any more, not even what would do.
            #expect(throws: LoyaltyError.unavailable(retryAfterSeconds: 5)) {
                try fixture.store.writer.performAndWait { _ in 0 }
            }
            await #expect(throws: LoyaltyError.failed) { try await fixture.balance(of: UserID(rawValue: 1)) }
            await #expect(throws: LoyaltyError.failed) { try await fixture.balance(of: UserID(rawValue: 1)) }
            #expect(fixture.recorder.count(of: "A read from the database failed") == 1)
            #expect(fixture.fatalErrors.value == 1)
        }
        #expect(try folder.read("test.db") == bytes, "a database that can't be trusted is not written to")
    }

    @Test func theLogIsWrittenBackAndStartsAnew() async throws {
        var limits = Writer.Limits()
        limits.checkpointPages = 20
        try await Fixture.with(limits: limits) { fixture async throws in
            let user = try await fixture.addUser()
            for index in 0..<500 {
                try await fixture.onLoop { repository in
                    _ = try await repository.addOrder(.sample(index), of: user, at: fixture.clock.now)
                }
            }
            // 500 commits of several pages each; with a page's frame header, and some commits until all steps are made.
            let logBytes = try #require(fixture.folder.size(of: "test.db-wal"))
            #expect(logBytes < 100 * 4120 + 32)
            #expect(try await fixture.onLoop { repository in try repository.orders(of: user).count } == 500)
        }
    }

    @Test func aReaderThatStaysHoldsTheLogUpAndNoWrite() async throws {
        var limits = Writer.Limits()
        limits.checkpointPages = 10
        try await Fixture.with(limits: limits) { fixture async throws in
            let user = try await fixture.addUser()
            let reader = try Database(path: fixture.store.path, mode: .readOnly)
            try reader.run("BEGIN")
            _ = try reader.first("SELECT count(*) FROM orders") { row in row.integer(0) }
            for index in 0..<60 {
                try await fixture.onLoop { repository in
                    _ = try await repository.addOrder(.sample(index), of: user, at: fixture.clock.now)
                }
            }
            #expect(fixture.recorder.count(of: "Readers kept the database's log") > 0)
            try reader.run("COMMIT")
            #expect(try reader.first("SELECT count(*) FROM orders") { row in row.integer(0) } == 60)
        }
    }
}
