import Posix
import SQLite
import Testing

@testable import SQLiteStore

struct BackupLeftoverTests {
    private static let ours: [UInt8] = head("SQLite format 3\0", id: [0x4D, 0x52, 0x54, 0x4C])

    private static func head(_ magic: String, id: [UInt8]) -> [UInt8] {
        let magic = Array(magic.utf8)
        return magic + [UInt8](repeating: 1, count: 68 - magic.count) + id
    }

    @Test(arguments: [
        (ours, true, true), (ours, false, true), ([], true, true), ([UInt8](repeating: 0, count: 72), true, true),
        (Array(Schema.emptyDatabase.prefix(72)), false, true),
        // Files of other programs, be they empty, short, or databases.
        ([], false, false), ([UInt8](repeating: 0, count: 72), false, false), ([1, 2, 3], true, false),
        (Array(ours.dropLast()), true, false), (head("SQLite format 3\0", id: [0, 0, 0, 1]), true, false),
        (head("SQLite format 4\0", id: [0x4D, 0x52, 0x54, 0x4C]), true, false),
    ])
    func onlyOurOwnPartialFilesAreLeftovers(head: [UInt8], hasJournal: Bool, isLeftover: Bool) {
        #expect(BackupLeftovers.isLeftover(named: "a.partial", head: head, hasJournal: hasJournal) == isLeftover)
    }

    @Test(arguments: [
        ([], true), (Array(Schema.emptyDatabase.prefix(9)), true), (Array(Schema.emptyDatabase.prefix(72)), true),
        (Array("film".utf8), false), (ours, false),
    ])
    func onlyTheBeginningOfAPartialFileHasTheIntermediateName(head: [UInt8], isLeftover: Bool) {
        #expect(BackupLeftovers.isLeftover(named: "a.martlet-new", head: head, hasJournal: false) == isLeftover)
    }

    @Test func thePartialFileBeginsAsADatabaseOfOurs() throws {
        let folder = TemporaryFolder()
        try folder.write(Schema.emptyDatabase, to: "empty.db")
        #expect(Schema.isHeader(Schema.emptyDatabase))
        let database = try Database(path: folder.file("empty.db"), mode: .readWriteCreate)
        defer { database.close() }
        #expect(try database.first("PRAGMA integrity_check") { row in row.text(0) } == "ok")
        #expect(try database.first("PRAGMA application_id") { row in row.integer(0) } == Schema.applicationID)
        #expect(try database.first("SELECT count(*) FROM sqlite_schema") { row in row.integer(0) } == 0)
        try database.execute("CREATE TABLE t (v); INSERT INTO t VALUES (1)")
        #expect(try database.first("PRAGMA integrity_check") { row in row.text(0) } == "ok")
    }

    /// A second backup that begins meanwhile takes nothing away from the first, whether it has the same name or not.
    @Test func aPartialFileIsLockedFromItsFirstMoment() throws {
        let folder = TemporaryFolder()
        let path = folder.file("a.db.partial")
        let lock = try InodeLock(making: path, content: Schema.emptyDatabase, by: folder.file("a.db.martlet-new"))
        #expect(folder.mode(of: "a.db.partial") == 0o600)
        #expect(try FolderListing.names(in: folder.path) == ["a.db.partial"])
        BackupLeftovers.remove(beside: folder.file("b.db"))
        #expect(try folder.read("a.db.partial") == Schema.emptyDatabase)
        #expect(throws: FileLock.LockError.self) {
            _ = try InodeLock(making: path, content: [], by: folder.file("a.db.martlet-new"))
        }
        #expect(try FolderListing.names(in: folder.path) == ["a.db.partial"])
        withExtendedLifetime(lock) {}
    }
}
