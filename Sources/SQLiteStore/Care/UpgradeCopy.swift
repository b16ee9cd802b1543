import Loyalty
import Posix
import SQLite
import Storage

/// The copy of a database that is made before an upgrade changes its tables, so that the owner can go back. An upgrade
/// that fails is tried again at each start, but does not leave another copy each time.
struct UpgradeCopy {
    private let version: Int
    private let migrationCount: Int
    /// The copy's name while the upgrade is in progress. A copy that a killed attempt left under this name is replaced
    /// by the next one, unless that attempt had changed some of the tables: then it is the only copy of their first
    /// form, and is kept.
    private let attempt: String
    /// The copy's name after the upgrade, with the time.
    private let name: String

    init(of path: String, version: Int, migrationCount: Int, at now: Timestamp) {
        self.version = version
        self.migrationCount = migrationCount
        attempt = path + FormerDatabase.upgradeSuffix + String(migrationCount)
        name = PrivateFile.freePath("\(attempt)-\(now.milliseconds / 1000)")
    }

    /// Copies the database if its tables are about to be changed.
    func make(from database: Database, _ log: Log) throws(StoreError) {
        guard version > 0, version < migrationCount else { return }
        log.info(
            "the database is of schema \(version); before it is brought to \(migrationCount), it is copied to \(name)"
        )
        try StoreError.describing("The file \(attempt) can't be replaced") { () throws(SystemError) in
            if let reached = Self.version(ofCopy: attempt), reached < version {
                try PrivateFile.rename(attempt, toNew: PrivateFile.freePath("\(attempt)-from-\(reached)"))
            } else {
                try PrivateFile.remove(path: attempt)
            }
        }
        _ = try Backup.write(database, to: attempt) { _ in }
    }

    /// The schema of a copy, from its first bytes: a connection would leave files beside it.
    private static func version(ofCopy path: String) -> Int? {
        (try? File.read(path: path, prefixBytes: Schema.headerBytes)).flatMap(Schema.version(ofHeader:))
    }

    /// Keeps the copy if the database has changed since, and removes it otherwise. A copy of an attempt that was killed
    /// right after its change is kept as well.
    ///
    /// - Parameter reached: the version of the database now.
    func settle(reached: Int, _ log: Log) {
        guard PrivateFile.exists(path: attempt) else { return }
        do throws(SystemError) {
            if reached == version, version < migrationCount {
                return try PrivateFile.remove(path: attempt)
            }
            try PrivateFile.rename(attempt, toNew: name)
        } catch {
            log.warning("the copy from before the upgrade stays under the name \(attempt): \(error)")
        }
    }
}
