import Loyalty
import Posix
import SQLite
import Storage
import Synchronization
import TestSupport
import Testing

@testable import SQLiteStore

/// A store in a folder of its own, and a loop with its repository.
final class Fixture: Sendable {
    let folder: TemporaryFolder
    let recorder = LogLines()
    let fatalErrors = Counter()
    let clock = TestClock()
    let store: LoyaltyStore
    private let loop = LoopThread()
    // Safe: used on the loop's thread alone, until that has ended.
    nonisolated(unsafe) private let repository: SQLiteRepository

    private init(folder: TemporaryFolder, limits: Writer.Limits) throws {
        self.folder = folder
        var limits = limits
        limits.watchesFiles = false
        store = try LoyaltyStore(
            path: folder.file("test.db"), limits: limits, clock: { [clock] in clock.now }, log: recorder.log,
            onFatalError: { [fatalErrors] in fatalErrors.increment() })
        repository = try #require(store.makeRepository() as? SQLiteRepository)
    }

    /// Opens a store for as long as the body takes, and stops it in the order of a server.
    static func with(
        folder: TemporaryFolder = TemporaryFolder(), limits: Writer.Limits = Writer.Limits(),
        _ body: (Fixture) async throws -> Void
    ) async throws {
        let fixture = try Fixture(folder: folder, limits: limits)
        let result: Result<Void, any Error>
        do { result = .success(try await body(fixture)) } catch { result = .failure(error) }
        fixture.loop.stop()
        fixture.repository.close()
        fixture.store.stop()
        try result.get()
    }

    /// Runs on the loop's thread, and ends the batch of reads.
    @discardableResult
    func onLoop<Value: Sendable>(
        _ body: @Sendable @escaping (SQLiteRepository) async throws -> Value
    ) async throws -> Value {
        try await Task(executorPreference: loop) {
            defer { self.repository.endBatch() }
            return try await body(self.repository)
        }.value
    }

    /// A new user with a session.
    func addUser(_ login: String = "gopher") async throws -> UserID {
        try await onLoop { repository in
            try await repository.addUser(
                Login(login), passwordHash: PasswordHash.sample(login), session: .sample(login),
                at: self.clock.now)
        }
    }

    /// A new order, credited.
    func credit(_ hundredths: Int64, for number: OrderNumber, to user: UserID) async throws {
        let upload = try await onLoop { repository in
            try await repository.addOrder(number, of: user, at: self.clock.now)
        }
        guard case .accepted(let order) = upload else { preconditionFailure("a test's order is new") }
        try store.settlements.settle(
            [Settlement(order: order, verdict: .processed(Points(hundredths: hundredths)))], at: clock.now)
    }

    func balance(of user: UserID) async throws -> Balance {
        try await onLoop { repository in try repository.balance(of: user).atOnce }
    }

    /// The revision of a user's data, after every commit so far.
    func revision(of user: UserID) async throws -> Revision {
        try await onLoop { repository in
            repository.endBatch()
            return try #require(repository.reader.revision(of: user))
        }
    }

    /// Runs what an owner's command does, with a repository of its own.
    @discardableResult
    func asOwner<Value>(
        until cancellation: Cancellation = Cancellation(), _ body: (any OwnerRepository) throws -> Value
    ) throws -> Value {
        let owner = try store.makeOwnerRepository(until: cancellation)
        defer { owner.close() }
        return try body(owner)
    }

    @discardableResult
    func backUp(
        to path: String, until cancellation: Cancellation = Cancellation(),
        progress: (MaintenanceStage) -> Void = { _ in }
    ) throws -> CheckReport {
        let maintenance = try store.makeMaintenance()
        return try maintenance.backups.backUp(to: path, until: cancellation, progress: progress)
    }

    func check(
        until cancellation: Cancellation = Cancellation(), progress: (MaintenanceStage) -> Void = { _ in }
    ) throws -> CheckReport {
        let maintenance = try store.makeMaintenance()
        return try maintenance.check(until: cancellation, progress: progress)
    }

    /// One number that a statement finds, read by the writer.
    func number(_ sql: StaticString) throws -> Int64? {
        try store.writer.performAndWait { transaction throws(SQLiteError) in
            try transaction.first(sql) { row in row.integer(0) }
        }
    }

    /// Expects that the whole database passes `martlet check`.
    ///
    /// - Parameter hasHugeAccruals: True if orders may have more points than an answer of the accrual system can have,
    ///   for tests of the largest sums.
    func expectPassesCheck(
        _ moment: String = "", hasHugeAccruals: Bool = false, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let check = try self.check()
        let faults = check.findings.filter { finding in
            !finding.faults.isEmpty && !(hasHugeAccruals && finding.rule.hasPrefix("each order has a known status"))
        }
        #expect(faults.isEmpty, "\(moment): \(faults)", sourceLocation: sourceLocation)
    }

    /// Holds the writer up inside an operation until it is let go, so that what is asked meanwhile becomes one batch.
    func holdWriter() -> WriterHold { WriterHold(store.writer) }
}

/// The writer, busy with an operation that ends when it is told to.
final class WriterHold: Sendable {
    private let hasBegun = BlockingQueue<Bool>(capacity: 1)
    private let mayEnd = BlockingQueue<Bool>(capacity: 1)
    private let thread: Posix.Thread

    init(_ writer: Writer) {
        thread = Posix.Thread(name: "hold") { [hasBegun, mayEnd] in
            try? writer.performAndWait { _ in
                _ = hasBegun.put(true)
                _ = mayEnd.take()
            }
        }
        _ = hasBegun.take()
    }

    /// Called once.
    func release() {
        mayEnd.close()
        thread.join()
    }
}

final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { count.load(ordering: .sequentiallyConsistent) }

    func increment() { count.add(1, ordering: .sequentiallyConsistent) }
}
