import HTTP

/// Backups by the clock: when the next is due, what it is called, and which old ones go. Decided from the names in the
/// folder alone, so that a restart changes nothing.
struct BackupPlan: Equatable, Sendable {
    /// An absolute path.
    let folder: String
    let intervalSeconds: Int
    /// How many are kept.
    let keepCount: Int

    private static let prefix = "martlet-"
    private static let suffix = ".db"

    /// Whether the newest is older than the interval. What is from the future was made by a clock that was wrong, and says
    /// nothing.
    func isDue(_ names: [String], atSeconds now: Int64) -> Bool {
        guard let newest = backups(names, atSeconds: now).last else { return true }
        return newest <= Self.name(atSeconds: now - Int64(intervalSeconds))
    }

    /// The oldest beyond those that are kept.
    func surplus(_ names: [String], atSeconds now: Int64) -> [String] {
        Array(backups(names, atSeconds: now).dropLast(keepCount))
    }

    /// `martlet-20261123T081712Z.db`: names sort as their times do.
    static func name(atSeconds seconds: Int64) -> String {
        prefix + CivilTime(secondsSince1970: seconds).rfc3339.filter { $0 != "-" && $0 != ":" } + suffix
    }

    /// Ours, oldest first; other files in the folder are left alone.
    private func backups(_ names: [String], atSeconds now: Int64) -> [String] {
        let latest = Self.name(atSeconds: now)
        return names.filter { name in
            name.hasPrefix(Self.prefix) && name.hasSuffix("Z" + Self.suffix) && name.utf8.count == latest.utf8.count
                && name <= latest
        }.sorted()
    }
}
