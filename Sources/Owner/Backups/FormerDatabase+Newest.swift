import Storage
import Time

extension FormerDatabase {
    /// Returns the name of the newest former database, by the times in the names; `nil` if there is none.
    ///
    /// - Parameters:
    ///   - database: the name of the successor.
    ///   - names: the names of the files in its folder.
    package static func newest(of database: String, among names: [String]) -> String? {
        let former = names.compactMap { name in time(in: name, of: database).map { (time: $0, name: name) } }
        return former.max { ($0.time, $0.name) < ($1.time, $1.name) }?.name
    }

    /// The ends of the names of files beside a database, and of one that is not complete.
    private static let otherSuffixes = ["-wal", "-shm", "-journal", "-lock", ".partial"]

    /// The time in the name of a former database, in the form that a restore gives it. It is empty if an upgrade was
    /// killed and left a name without a time. `nil` if no former database has the name.
    private static func time(in name: String, of database: String) -> String? {
        guard !otherSuffixes.contains(where: name.hasSuffix) else { return nil }
        let restored = database + restoreSuffix
        if name.hasPrefix(restored) { return String(name.dropFirst(restored.count)) }
        let upgraded = database + upgradeSuffix
        guard name.hasPrefix(upgraded) else { return nil }
        let numbers = name.dropFirst(upgraded.count).split(separator: "-")
        guard numbers.count > 1, let seconds = Int64(numbers[1]) else { return "" }
        return CivilTime(secondsSince1970: seconds).forFileName
    }
}
