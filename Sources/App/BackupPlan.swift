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

    /// Whether the newest is older than the interval, or from the future: then the clock was wrong, and nobody knows.
    func isDue(_ names: [String], atSeconds now: Int64) -> Bool {
        guard let newest = backups(names).last else { return true }
        let oldEnough = Self.name(atSeconds: now - Int64(intervalSeconds))
        return newest <= oldEnough || newest > Self.name(atSeconds: now)
    }

    /// The oldest beyond those that are kept.
    func surplus(_ names: [String]) -> [String] {
        Array(backups(names).dropLast(keepCount))
    }

    /// `martlet-20261123T081712Z.db`: names sort as their times do.
    static func name(atSeconds seconds: Int64) -> String {
        prefix + CivilTime(secondsSince1970: seconds).rfc3339.filter { $0 != "-" && $0 != ":" } + suffix
    }

    /// Ours, oldest first; other files in the folder are left alone.
    private func backups(_ names: [String]) -> [String] {
        let length = Self.name(atSeconds: 0).utf8.count
        return names.filter { name in
            name.hasPrefix(Self.prefix) && name.hasSuffix("Z" + Self.suffix) && name.utf8.count == length
        }.sorted()
    }
}
