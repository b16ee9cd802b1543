import Posix
import Storage

/// The database to which a `-wal` file belongs. SQLite keeps no note of that: it would put the log of one database into
/// another one that was moved under its name.
///
/// While a server runs, its lock file has the identities of its database and its log. After an orderly stop there is no
/// log. If the server was killed and only one of the two files is the same as before, the other one was replaced, and
/// they do not belong together. If both are other files, both were copied. A third word in the lock file says that
/// another program wrote into one of them.
enum LogOwnership {
    /// The line for the lock file.
    static func record(ofDatabase path: String) -> String {
        let texts = [path, path + "-wal"].map { FileIdentity.lastingText(path: $0) ?? "-" }
        return texts.joined(separator: " ") + "\n"
    }

    /// Returns true if the log that is beside a database may belong to it, or if there is no log or no record.
    static func isPlausible(_ record: String, database path: String) -> Bool {
        guard File.size(path: path + "-wal") ?? 0 > 0 else { return true }
        return isPlausible(recorded: record, present: Self.record(ofDatabase: path))
    }

    static func isPlausible(recorded: String, present: String) -> Bool {
        let recorded = recorded.split(whereSeparator: \.isWhitespace)
        let present = present.split(whereSeparator: \.isWhitespace)
        guard recorded.count == 2, present.count == 2 else { return true }
        return (recorded[0] == present[0]) == (recorded[1] == present[1])
    }

    /// Returns the record of a database or log into which another program wrote.
    static func overwritten(_ record: String) -> String {
        record.split(whereSeparator: \.isWhitespace).prefix(2).joined(separator: " ") + " \(overwrittenMark)\n"
    }

    /// Returns true if the record says that another program wrote into the database that is here, or into its log.
    static func isOverwritten(recorded: String, present: String) -> Bool {
        let recorded = recorded.split(whereSeparator: \.isWhitespace)
        guard recorded.count == 3, recorded[2] == overwrittenMark else { return false }
        return recorded[0] == present.split(whereSeparator: \.isWhitespace).first
    }

    static func isOverwritten(_ record: String, database path: String) -> Bool {
        isOverwritten(recorded: record, present: Self.record(ofDatabase: path))
    }

    private static let overwrittenMark = "overwritten"

    static func overwriteRefusal(of path: String) -> StoreError {
        StoreError(
            "Another program wrote into the database \(path) or its log while a server had them open, and what was acknowledged may be "
                + "destroyed. Restore the last backup (martlet restore FILE). If you have put good files there yourself, "
                + "remove \(path)-lock.", isDamage: true)
    }

    static func refusal(of path: String) -> StoreError {
        StoreError(
            "The log \(path)-wal belongs to another file than \(path): one of them was replaced while a server ran. Put the former "
                + "file back, or move the log away: it has changes that this file lacks. If they do belong together, "
                + "remove \(path)-lock.")
    }
}
