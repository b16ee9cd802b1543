import Time

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

    /// A new shop's first backup holds nothing; the next one follows its first write by so much, and not by a whole interval.
    private static let firstWriteSeconds: Int64 = 120

    /// Whether the newest is older than the interval, or is older than all that there is to back up. What is from the future was
    /// made by a clock that was wrong, and says nothing.
    ///
    /// - Parameter firstWriteAt: when the first thing in the database was written; `nil` if it is empty.
    func isDue(_ names: [String], atSeconds now: Int64, firstWriteAt: Int64? = nil) -> Bool {
        guard let newest = newest(names, atSeconds: now) else { return true }
        if newest.seconds <= now - Int64(intervalSeconds) { return true }
        guard let firstWriteAt else { return false }
        return newest.seconds < firstWriteAt && now - firstWriteAt >= Self.firstWriteSeconds
    }

    /// The newest backup, and when it was begun; `nil` if there is none.
    func newest(_ names: [String], atSeconds now: Int64) -> (name: String, seconds: Int64)? {
        for name in backups(names, atSeconds: now).reversed() {
            if let seconds = Self.seconds(ofName: name) { return (name, seconds) }
        }
        return nil
    }

    /// Whether the backups are so old that the owner is to know: one has failed to come in time, and the next one too.
    func isOverdue(newestAt: Int64, atSeconds now: Int64) -> Bool {
        now - newestAt >= 2 * Int64(intervalSeconds)
    }

    /// The oldest beyond those that are kept.
    func surplus(_ names: [String], atSeconds now: Int64) -> [String] {
        Array(backups(names, atSeconds: now).dropLast(keepCount))
    }

    /// `martlet-20261123T081712Z.db`: names sort as their times do.
    static func name(atSeconds seconds: Int64) -> String {
        prefix + CivilTime(secondsSince1970: seconds).rfc3339.filter { $0 != "-" && $0 != ":" } + suffix
    }

    /// The time that a name says; `nil` if it is none of ``name(atSeconds:)``.
    static func seconds(ofName name: String) -> Int64? {
        let digits = name.utf8.filter { (0x30...0x39).contains($0) }.map { Int64($0 - 0x30) }
        guard digits.count == 14 else { return nil }
        func number(_ range: Range<Int>) -> Int64 { digits[range].reduce(0) { $0 * 10 + $1 } }
        let (year, month, day) = (number(0..<4), number(4..<6), number(6..<8))
        guard year > 0, (1...12).contains(month) else { return nil }
        // Years that begin in March, so that a leap day is the last of its year.
        let shifted = month > 2 ? year : year - 1
        let days =
            365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let seconds = (days - 719_468) * 86_400 + number(8..<10) * 3600 + number(10..<12) * 60 + number(12..<14)
        return Self.name(atSeconds: seconds) == name ? seconds : nil
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
