import Storage
import Time

/// The plan of scheduled backups: when the next one is due, its name, and which old ones are removed. The names in the
/// folder and the content of the newest backup decide, so that a restart changes nothing.
package struct BackupPlan: Equatable, Sendable {
    /// An absolute path.
    let folder: String
    /// True if the folder is in that of the database.
    let isBesideDatabase: Bool
    let intervalSeconds: Int
    /// The number of backups that are kept.
    let keepCount: Int

    /// - Parameters:
    ///   - folder: an absolute path.
    ///   - isBesideDatabase: true if the folder is in that of the database.
    ///   - keepCount: the number of backups that are kept.
    package init(folder: String, isBesideDatabase: Bool = false, intervalSeconds: Int, keepCount: Int) {
        self.folder = folder
        self.isBesideDatabase = isBesideDatabase
        self.intervalSeconds = intervalSeconds
        self.keepCount = keepCount
    }

    private static let prefix = "martlet-"
    private static let suffix = ".db"

    /// The first backup of a new shop is empty. The second one is made this long after the first write, instead of a
    /// whole interval later. This is also the least age of a backup before an early one follows.
    private static let firstWriteSeconds: Int64 = 120

    /// Returns true if a backup is due, for one of these reasons:
    ///
    /// * There is no backup, or the newest one is older than the interval.
    /// * The newest one is older than the first write, or empty although the shop is not.
    /// * The newest one has fewer than half of the customers, and is not the second one of the interval.
    ///
    /// A backup with a time in the future was made while the clock was wrong, and is ignored.
    ///
    /// The times in the database don't tell whether a backup has its content: an import and a restore bring old ones.
    ///
    /// - Parameters:
    ///   - shop: how much the database holds; `nil` if it can't be read.
    ///   - backup: how much the newest backup holds; `nil` if there is none, or it can't be read.
    func isDue(
        _ names: [String], atSeconds now: Int64, shop: StoreExtent? = nil, backup: StoreExtent? = nil
    ) -> Bool {
        guard let newest = newest(names, atSeconds: now) else { return true }
        if newest.seconds <= now - Int64(intervalSeconds) { return true }
        guard let shop, let firstWriteAt = shop.firstWriteAt, now - firstWriteAt >= Self.firstWriteSeconds else {
            return false
        }
        // A backup of the same second may have been made before the write.
        if newest.seconds <= firstWriteAt { return true }
        guard let backup, now - newest.seconds >= Self.firstWriteSeconds else { return false }
        if backup.firstWriteAt == nil || (backup.customerCount == 0 && shop.customerCount > 0) { return true }
        // Each early backup takes the place of an old one, which may be all that is left of a lost shop.
        let before = newestFirst(names, atSeconds: now).dropFirst().first
        let isSecondOfInterval = before.map { $0.seconds > now - Int64(intervalSeconds) } ?? false
        return !isSecondOfInterval && Double(backup.customerCount) < Double(shop.customerCount) / 2
    }

    /// The newest backup and the time at which it was begun; `nil` if there is none.
    func newest(_ names: [String], atSeconds now: Int64) -> (name: String, seconds: Int64)? {
        for name in backups(names, atSeconds: now).reversed() {
            if let seconds = Self.seconds(ofName: name) { return (name, seconds) }
        }
        return nil
    }

    /// The backups and the times at which they were begun, the newest first.
    func newestFirst(_ names: [String], atSeconds now: Int64) -> [(name: String, seconds: Int64)] {
        backups(names, atSeconds: now).reversed().compactMap { name in
            Self.seconds(ofName: name).map { (name, $0) }
        }
    }

    /// Returns true if the owner has to be warned: two backups in a row are missing.
    func isOverdue(newestAt: Int64, atSeconds now: Int64) -> Bool {
        now - newestAt >= 2 * Int64(intervalSeconds)
    }

    /// The oldest backups, which exceed ``keepCount``.
    func surplus(_ names: [String], atSeconds now: Int64) -> [String] {
        Array(backups(names, atSeconds: now).dropLast(keepCount))
    }

    /// `martlet-20261123T081712Z.db`; names sort as their times do.
    static func name(atSeconds seconds: Int64) -> String {
        prefix + CivilTime(secondsSince1970: seconds).forFileName + suffix
    }

    /// The time in a name; `nil` if the name is not one of ``name(atSeconds:)``.
    static func seconds(ofName name: String) -> Int64? {
        let digits = name.utf8.filter { (0x30...0x39).contains($0) }.map { Int64($0 - 0x30) }
        guard digits.count == 14 else { return nil }
        func number(_ range: Range<Int>) -> Int64 { digits[range].reduce(0) { $0 * 10 + $1 } }
        let (year, month, day) = (number(0..<4), number(4..<6), number(6..<8))
        guard year > 0, (1...12).contains(month) else { return nil }
        // We count years from March, so that a leap day is the last day of its year.
        let shifted = month > 2 ? year : year - 1
        let days =
            365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let seconds = (days - 719_468) * 86_400 + number(8..<10) * 3600 + number(10..<12) * 60 + number(12..<14)
        return Self.name(atSeconds: seconds) == name ? seconds : nil
    }

    /// The backups among the names, oldest first. Other files in the folder are ignored.
    private func backups(_ names: [String], atSeconds now: Int64) -> [String] {
        let latest = Self.name(atSeconds: now)
        return names.filter { name in
            name.hasPrefix(Self.prefix) && name.hasSuffix("Z" + Self.suffix) && name.utf8.count == latest.utf8.count
                && name <= latest
        }.sorted()
    }
}
