import SQLite

/// The tables, as numbered migrations: the file remembers how many it has seen (`user_version`), and whose it is
/// (`application_id`; sqlite.org/fileformat2.html, section 1.3).
///
/// A migration that was released is never edited; a change of the schema is a new one at the end.
enum Schema {
    /// "MRTL".
    static let applicationID: Int64 = 0x4D52_544C

    /// A database of one page (4096 bytes), without tables but with our application id. Each backup begins as these
    /// bytes, by which the next backup recognises one that was interrupted (sqlite.org/fileformat2.html, sections 1.3
    /// and 1.6).
    static let emptyDatabase: [UInt8] = {
        func big(_ value: Int64) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
        let pageBytes = 4096
        // The page size, a rollback journal, no reserved bytes, and three fractions that never vary.
        var bytes = Array("SQLite format 3\0".utf8) + [0x10, 0, 1, 1, 0, 64, 32, 32]
        // The change counter, the pages, two of the free list, the schema's cookie and format, the cache, vacuum,
        // UTF-8, our version.
        for field: Int64 in [1, 1, 0, 0, 0, 4, 0, 0, 1, 0, 0] { bytes += big(field) }
        bytes += big(applicationID) + [UInt8](repeating: 0, count: 20)
        // The change counter that the version of SQLite is valid for, and that version.
        bytes += big(1) + big(3_040_001)
        // An empty leaf of the schema's table, whose cells would begin at the end of the page.
        bytes += [0x0D, 0, 0, 0, 0, UInt8(pageBytes >> 8), UInt8(pageBytes & 0xFF), 0]
        return bytes + [UInt8](repeating: 0, count: pageBytes - bytes.count)
    }()

    /// Returns true for the first bytes of a database of ours (sqlite.org/fileformat2.html, section 1.3).
    static func isHeader(_ bytes: [UInt8]) -> Bool {
        let mark = (0..<4).map { UInt8(truncatingIfNeeded: applicationID >> (24 - 8 * $0)) }
        return bytes.starts(with: "SQLite format 3\0".utf8) && bytes.dropFirst(68).starts(with: mark)
    }

    /// The first bytes of a database, in which ``version(ofHeader:)`` is.
    static let headerBytes = 100

    /// The number of migrations that a database of ours has had, from its first bytes; `nil` for other files.
    static func version(ofHeader bytes: [UInt8]) -> Int? {
        guard bytes.count >= headerBytes, isHeader(bytes) else { return nil }
        return bytes[60..<64].reduce(0) { $0 << 8 | Int($1) }
    }

    /// The scripts in order; the first takes a file from version 0 to 1.
    static let migrations = [foundation, accrualSystem, sessionsByUser, owner, hardening, staff, ordersByUser]

    /// The program that made a file, and the version of its tables.
    enum Provenance: Equatable {
        /// Martlet, which has run this number of migrations on it; none on an empty file.
        case ours(version: Int)
        /// Another program.
        case foreign
        /// A later Martlet.
        case newer(version: Int64)
    }

    /// Finds out which program made a file. It changes nothing in the file, not even its journal mode.
    static func provenance(
        of database: Database, migrationCount: Int = migrations.count
    ) throws(SQLiteError) -> Provenance {
        let applicationID = try database.first("PRAGMA application_id") { row in row.integer(0) } ?? 0
        let version = try database.first("PRAGMA user_version") { row in row.integer(0) } ?? 0
        let objectCount = try database.first("SELECT count(*) FROM sqlite_schema") { row in row.integer(0) } ?? 0
        let isEmpty = applicationID == 0 && version == 0 && objectCount == 0
        guard isEmpty || applicationID == Self.applicationID, version >= 0 else { return .foreign }
        guard version <= Int64(migrationCount) else { return .newer(version: version) }
        return .ours(version: Int(version))
    }

    /// Brings a file of ours up to date. Each migration is one transaction: a power cut leaves it done or not begun.
    static func migrate(
        _ database: Database, from version: Int, by migrations: [String] = migrations
    ) throws(SQLiteError) {
        precondition(version <= migrations.count, "the file's schema must not be newer than ours")
        for (index, migration) in migrations.enumerated().dropFirst(version) {
            do {
                try database.execute(
                    """
                    BEGIN IMMEDIATE;
                    \(migration)
                    PRAGMA application_id = \(applicationID);
                    PRAGMA user_version = \(index + 1);
                    COMMIT;
                    """)
            } catch {
                if database.isInTransaction { try database.execute("ROLLBACK") }
                throw error
            }
        }
    }
}
