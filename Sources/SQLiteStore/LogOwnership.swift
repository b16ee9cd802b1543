import Posix
import Storage

/// Whose log a `-wal` file is. SQLite keeps no note of that: it would put the log of one database into another one that was moved
/// under its name.
///
/// While a server runs, its lock file says which database and which log are a pair. After an orderly stop there is no log. If the
/// server was killed and only one of both is the same file as before, somebody replaced the other one, and they are no pair. If both
/// are other files, somebody copied both.
enum LogOwnership {
    /// The line for the lock file.
    static func record(ofDatabase path: String) -> String {
        let texts = [path, path + "-wal"].map { FileIdentity.lastingText(path: $0) ?? "-" }
        return texts.joined(separator: " ") + "\n"
    }

    /// Whether the log that is beside a database may belong to it; true if there is no log or no record.
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

    static func refusal(of path: String) -> StoreError {
        StoreError(
            "The log \(path)-wal belongs to another file than \(path): one of them was replaced while a server ran. Put the file that "
                + "was there back, or move the log away, which holds what that file lacks. If they do belong together, "
                + "remove \(path)-lock.")
    }
}
