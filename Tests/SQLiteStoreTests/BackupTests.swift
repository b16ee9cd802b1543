import Foundation
import Loyalty
import Posix
import SQLite
import Storage
import TestSupport
import Testing

@testable import SQLiteStore

struct BackupTests {
    private func orderCount(_ path: String) throws -> Int64 {
        let database = try Database(path: path, mode: .readOnly)
        defer { database.close() }
        return try database.first("SELECT count(*) FROM orders") { row in row.integer(0) } ?? -1
    }

    @Test func aBackupIsOneFileOfTheOwnersThatHoldsEverything() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            try await fixture.credit(500, for: .sample(1), to: user)
            let path = fixture.folder.file("backup.db")
            var pagesDone = 0
            let check = try fixture.backUp(to: path, until: Cancellation()) { stage in
                if case .copying(let done, let pages) = stage { (pagesDone, _) = (done, #expect(done <= pages)) }
            }
            #expect(check.isPassed && pagesDone > 0)
            #expect(try orderCount(path) == 1)
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            let names = try FolderListing.names(in: fixture.folder.path).filter { $0.hasPrefix("backup") }
            #expect(names == ["backup.db"])
            #expect(throws: StoreError.self) {
                try fixture.backUp(to: path)
            }
            #expect(throws: StoreError.self) {
                try fixture.backUp(to: "/nowhere/at/all.db")
            }
        }
    }

    @Test func aStoreKnowsHowMuchABackupHolds() async throws {
        try await Fixture.with { fixture async throws in
            let empty = fixture.folder.file("empty.db")
            let full = fixture.folder.file("full.db")
            let maintenance = try fixture.store.makeMaintenance()
            let source = try maintenance.backups
            let nothing = StoreExtent(firstWriteAt: nil, customerCount: 0)
            #expect(source.extent(atSeconds: 5) == nothing)
            try fixture.backUp(to: empty)
            let seconds = fixture.clock.now.milliseconds / 1000
            _ = try await fixture.addUser("anna")
            _ = try await fixture.addUser("boris")
            try fixture.backUp(to: full)
            let both = StoreExtent(firstWriteAt: seconds, customerCount: 2)
            #expect(source.extent(atSeconds: 5) == both)
            #expect(source.extent(ofBackup: full) == both)
            #expect(source.extent(ofBackup: empty) == nothing)
            try Data("text".utf8).write(to: URL(fileURLWithPath: fixture.folder.file("text")))
            #expect(mkfifo(fixture.folder.file("pipe"), 0o600) == 0)
            for name in ["text", "pipe", "missing"] {
                #expect(source.extent(ofBackup: fixture.folder.file(name)) == nil, "\(name)")
            }
            let names = try FolderListing.names(in: fixture.folder.path).filter { !$0.hasPrefix("test.db") }
            #expect(names.sorted() == ["empty.db", "full.db", "pipe", "text"])
        }
    }

    /// A server that stops does not wait for a backup of a large file.
    @Test func aBackupAndACheckGiveUpWhereTheyAreTold() async throws {
        try await Fixture.with { fixture async throws in
            _ = try await fixture.addUser()
            _ = try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                try transaction.run(
                    """
                    INSERT INTO orders (id, number, user_id, uploaded_at)
                    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
                    SELECT i, i, 1, 0 FROM n
                    """)
            }
            let cancellation = Cancellation()
            let path = fixture.folder.file("backup.db")
            #expect(throws: StoreError.self) {
                try fixture.backUp(to: path, until: cancellation) { stage in
                    if case .copying(let done, let pages) = stage, done < pages { cancellation.cancel() }
                }
            }
            #expect(try FolderListing.names(in: fixture.folder.path).allSatisfy { !$0.hasPrefix("backup") })
            #expect(throws: StoreError.self) {
                try fixture.check(until: cancellation) { _ in }
            }
        }
    }

    /// While a thread writes, each backup has all that was acknowledged before it began.
    @Test func backupsUnderLoadAreWhole() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            let isOver = Flag()
            let writing = Posix.Thread(name: "writes") {
                var index = 1
                while !isOver.isSet {
                    let number = OrderNumber.sample(index)
                    _ = try? fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                        try transaction.addOrder(number, of: user, at: fixture.clock.now)
                    }
                    index += 1
                }
            }
            defer {
                isOver.set()
                writing.join()
            }
            for index in 0..<20 {
                let before = try await fixture.onLoop { repository in try repository.orders(of: user).count }
                let path = fixture.folder.file("backup-\(index).db")
                let check = try fixture.backUp(to: path)
                #expect(check.isPassed)
                #expect(try orderCount(path) >= Int64(before))
            }
        }
    }

    /// The database as it was comes back, and the one that was there is kept with what its log held.
    @Test func aRestoreBringsBackWhatWasBackedUp() async throws {
        let folder = TemporaryFolder()
        let backup = folder.file("backup.db")
        try await Fixture.with(folder: folder) { fixture async throws in
            let user = try await fixture.addUser()
            try await fixture.credit(500, for: .sample(1), to: user)
            _ = try fixture.backUp(to: backup)
            try await fixture.credit(700, for: .sample(2), to: user)
            #expect(throws: StoreError.self, "a server runs") {
                _ = try Restore.run(backup, to: folder.file("test.db"), keepingOldAs: ".old") { _ in }
            }
        }
        let (check, kept) = try Restore.run(backup, to: folder.file("test.db"), keepingOldAs: ".old") { _ in }
        #expect(check.isPassed && check.counts.orders == 1)
        #expect(try orderCount(folder.file("test.db")) == 1)
        #expect(try orderCount(try #require(kept)) == 2)
        try await Fixture.with(folder: folder) { fixture async throws in
            #expect(try await fixture.balance(of: UserID(rawValue: 1)).current == Points(hundredths: 500))
        }
    }

    /// A killed server leaves a log; a new file must not be taken for the one that log belongs to.
    @Test(arguments: [false, true])
    func theOldLogGoesWithTheOldFile(isDamaged: Bool) throws {
        let folder = TemporaryFolder()
        let (path, backup) = (folder.file("test.db"), folder.file("backup.db"))
        try Self.makeDatabase(at: backup, orders: 1)
        try Self.makeDatabase(at: path, orders: 1)
        // A second connection keeps the log from being put back; copying the files is what a kill leaves.
        let database = try Database(path: path, mode: .readWriteCreate)
        try database.execute("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0")
        try database.execute(
            "INSERT INTO orders (id, number, user_id, uploaded_at) VALUES (2, '26', 1, 0); UPDATE figures SET orders = orders + 1"
        )
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: path + suffix, toPath: folder.file("left.db") + suffix)
        }
        database.close()
        let left = folder.file("left.db")
        for suffix in ["", "-wal"] where isDamaged {
            try Data(repeating: 0x55, count: 8192).write(to: URL(fileURLWithPath: left + suffix))
        }
        let (_, kept) = try Restore.run(backup, to: left, keepingOldAs: ".old") { _ in }
        #expect(try orderCount(left) == 1)
        #expect(!PrivateFile.exists(path: left + "-wal"))
        let old = try #require(kept)
        if isDamaged {
            #expect(try Data(contentsOf: URL(fileURLWithPath: old)) == Data(repeating: 0x55, count: 8192))
        } else {
            #expect(try orderCount(old) == 2)
        }
    }

    /// The owner removed a broken database, and its log stayed.
    @Test func aLogWithoutItsFileIsNotTakenForTheNewFiles() throws {
        let folder = TemporaryFolder()
        let (path, backup) = (folder.file("test.db"), folder.file("backup.db"))
        try Self.makeDatabase(at: backup, orders: 1)
        try Self.makeDatabase(at: path, orders: 2)
        let database = try Database(path: path, mode: .readWriteCreate)
        try database.execute("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0")
        try database.execute("UPDATE orders SET uploaded_at = 5; DELETE FROM orders WHERE id = 1")
        let left = folder.file("left.db")
        try FileManager.default.copyItem(atPath: path + "-wal", toPath: left + "-wal")
        database.close()
        let (_, kept) = try Restore.run(backup, to: left, keepingOldAs: ".old") { _ in }
        #expect(kept == nil)
        #expect(!PrivateFile.exists(path: left + "-wal") && PrivateFile.exists(path: left + ".old-wal"))
        #expect(try orderCount(left) == 1)
    }

    /// Two restores within a second have the same suffix.
    @Test func eachRestoreKeepsTheOldDatabaseUnderANameOfItsOwn() throws {
        let folder = TemporaryFolder()
        let (path, backup) = (folder.file("test.db"), folder.file("backup.db"))
        for count in [1, 2] { try Self.makeDatabase(at: folder.file("\(count).db"), orders: count) }
        try Self.makeDatabase(at: path, orders: 3)
        try Self.makeDatabase(at: backup, orders: 4)
        let kept = try ["1.db", "2.db", "backup.db"].map { name in
            try Restore.run(folder.file(name), to: path, keepingOldAs: ".old") { _ in }.kept
        }
        #expect(kept == [path + ".old", path + ".old-2", path + ".old-3"])
        #expect(try kept.map { try orderCount($0 ?? "") } == [3, 1, 2])
        #expect(try orderCount(path) == 4)
        // A log without its file has the next name.
        try Data().write(to: URL(fileURLWithPath: path + ".old-4-wal"))
        let (_, last) = try Restore.run(backup, to: path, keepingOldAs: ".old") { _ in }
        #expect(last == path + ".old-5")
    }

    @Test func aRestoreThatCanNotKeepTheOldDatabaseLeavesNothing() throws {
        let folder = TemporaryFolder()
        let (path, backup) = (folder.file("test.db"), folder.file("backup.db"))
        try Self.makeDatabase(at: path, orders: 1)
        try Self.makeDatabase(at: backup, orders: 2)
        #expect(throws: StoreError.self) {
            _ = try Restore.run(backup, to: path, keepingOldAs: "/no/folder") { _ in }
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names.filter { $0.hasPrefix("test.db") && !$0.hasSuffix("-lock") } == ["test.db"])
        #expect(try orderCount(path) == 1)
    }

    @Test func aFileThatIsNotABackupIsNotRestored() throws {
        let folder = TemporaryFolder()
        let path = folder.file("test.db")
        try Self.makeDatabase(at: path, orders: 1)
        try Data("not a database, though it is long enough to be looked at".utf8)
            .write(to: URL(fileURLWithPath: folder.file("text")))
        try Data().write(to: URL(fileURLWithPath: folder.file("empty")))
        let foreign = try Database(path: folder.file("foreign"), mode: .readWriteCreate)
        try foreign.execute("CREATE TABLE a (b)")
        foreign.close()
        try Self.makeDatabase(at: folder.file("wrong"), orders: 1)
        let wrong = try Database(path: folder.file("wrong"), mode: .readWriteCreate)
        try wrong.execute("UPDATE balances SET current = 5")
        wrong.close()
        for name in ["text", "empty", "foreign", "wrong", "missing"] {
            #expect(throws: StoreError.self, "\(name)") {
                _ = try Restore.run(folder.file(name), to: path, keepingOldAs: ".old") { _ in }
            }
        }
        #expect(try orderCount(path) == 1)
        #expect(!PrivateFile.exists(path: path + ".old"))
        #expect(throws: StoreError.self) {
            _ = try Restore.run(folder.file("text"), to: folder.file("new.db"), keepingOldAs: ".old") { _ in }
        }
        #expect(!PrivateFile.exists(path: folder.file("new.db")), "nothing is left where nothing was")
    }

    /// A database with a user and uploaded orders, that no server has open.
    private static func makeDatabase(at path: String, orders count: Int) throws {
        let store = try LoyaltyStore(
            path: path, clock: { Timestamp(milliseconds: 0) }, log: .none, onFatalError: {})
        defer { store.stop() }
        _ = try store.writer.performAndWait { transaction throws(SQLiteError) in
            guard let login = try? Login("user"),
                let user = try transaction.addUser(
                    login, passwordHash: .sample("user"), at: Timestamp(milliseconds: 0))
            else { preconditionFailure("a first user must be added") }
            for index in 0..<count {
                _ = try transaction.addOrder(.sample(index), of: user, at: Timestamp(milliseconds: 0))
            }
        }
    }
}
