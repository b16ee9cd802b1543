import Storage
import Testing

@testable import Owner

@Suite struct BackupPlanTests {
    private static let plan = BackupPlan(folder: "/backups", intervalSeconds: 3600, keepCount: 2)
    private static let now: Int64 = 1_764_040_320
    private static func ago(_ secondsAgo: Int64) -> String { BackupPlan.name(atSeconds: now - secondsAgo) }

    @Test func namesContainTheTime() {
        #expect(Self.ago(0) == "martlet-20251125T031200Z.db")
    }

    private static let folders: [(names: [String], isDue: Bool)] = [
        ([], true), ([ago(3599)], false), ([ago(3600)], true), ([ago(3601)], true), ([ago(9999), ago(10)], false),
        ([ago(10), ago(9999)], false), ([ago(-60)], true), ([ago(-60), ago(10)], false), ([ago(-60), ago(3600)], true),
        (["martlet.db", "martlet-99990101T000000Z.db.partial", "notes"], true),
    ]

    @Test(arguments: folders)
    func aBackupIsDueIfTheNewestIsOldEnough(names: [String], isDue: Bool) {
        #expect(Self.plan.isDue(names, atSeconds: Self.now) == isDue)
    }

    private static let firstWrites: [(newestAgo: Int64, firstWriteAgo: Int64?, isDue: Bool)] = [
        (1000, nil, false), (1000, 10, false), (1000, 119, false), (1000, 120, true), (1000, 999, true),
        (1000, 1000, true), (1000, 1001, false), (1000, 5000, false), (10, -60, false), (3600, nil, true),
    ]

    /// An empty backup of a new shop is followed soon by one with the first writes.
    @Test(arguments: firstWrites)
    func followsTheFirstWriteSoon(newestAgo: Int64, firstWriteAgo: Int64?, isDue: Bool) {
        let shop = StoreExtent(firstWriteAt: firstWriteAgo.map { Self.now - $0 }, customerCount: 1)
        #expect(Self.plan.isDue([Self.ago(newestAgo)], atSeconds: Self.now, shop: shop) == isDue)
    }

    private static let empty = StoreExtent(firstWriteAt: nil, customerCount: 0)
    private static func customers(_ count: Int64, since firstWriteAt: Int64 = 1) -> StoreExtent {
        StoreExtent(firstWriteAt: firstWriteAt, customerCount: count)
    }
    private static let extents: [(newestAgo: Int64, shop: StoreExtent?, backup: StoreExtent?, isDue: Bool)] = [
        (300, customers(1), empty, true), (120, customers(1), empty, true), (119, customers(1), empty, false),
        (300, customers(1, since: now - 119), empty, false), (300, customers(1, since: now - 120), empty, true),
        // Receipts and rules need no customers.
        (300, customers(0), empty, true), (300, customers(1), customers(0), true),
        (300, customers(0), customers(0), false), (300, customers(2), customers(1), false),
        (300, customers(3), customers(1), true),
        (300, customers(1000), customers(500), false), (300, customers(1001), customers(500), true),
        (119, customers(1001), customers(500), false), (300, customers(1), customers(1000), false),
        (300, customers(.max), customers(.min), true), (300, empty, customers(5), false), (300, empty, empty, false),
        // One of both can't be read.
        (300, customers(9), nil, false), (300, nil, empty, false),
    ]

    /// An import and a restore bring times from before the newest backup.
    @Test(arguments: extents)
    func aShopThatIsHardlyInItsNewestBackupIsBackedUpSoon(
        newestAgo: Int64, shop: StoreExtent?, backup: StoreExtent?, isDue: Bool
    ) {
        #expect(
            Self.plan.isDue([Self.ago(newestAgo)], atSeconds: Self.now, shop: shop, backup: backup) == isDue,
            "\(newestAgo), \(String(describing: shop)), \(String(describing: backup))")
    }

    /// Otherwise a shop that doubles again and again would soon be in all backups that are kept.
    @Test func aGrowingShopIsBackedUpEarlyOnceInAnInterval() {
        for (before, isDue) in [(3600, true), (3599, false), (600, false)] as [(Int64, Bool)] {
            let names = [Self.ago(before), Self.ago(300)]
            #expect(
                Self.plan.isDue(names, atSeconds: Self.now, shop: Self.customers(3), backup: Self.customers(1)) == isDue
            )
            #expect(Self.plan.isDue(names, atSeconds: Self.now, shop: Self.customers(3), backup: Self.empty))
        }
    }

    @Test(arguments: [0, 951_782_399, 951_782_400, 1_709_164_800, 1_764_040_320, 4_102_444_800] as [Int64])
    func aTimeCanBeReadFromItsName(seconds: Int64) {
        #expect(BackupPlan.seconds(ofName: BackupPlan.name(atSeconds: seconds)) == seconds)
    }

    @Test(arguments: [
        "martlet-20250230T000000Z.db", "martlet-00000000T000000Z.db", "martlet-20251325T000000Z.db", "martlet.db",
        "martlet-20251125T0312000Z.db", "martlet-20251125T031299Z.db",
    ])
    func otherNamesHaveNoTime(name: String) {
        #expect(BackupPlan.seconds(ofName: name) == nil)
    }

    @Test func backupsAreOverdueAfterTwoIntervals() {
        #expect(!Self.plan.isOverdue(newestAt: Self.now - 7199, atSeconds: Self.now))
        #expect(Self.plan.isOverdue(newestAt: Self.now - 7200, atSeconds: Self.now))
        #expect(!Self.plan.isOverdue(newestAt: Self.now + 60, atSeconds: Self.now))
    }

    @Test func theOldestBackupsAreSurplusAndOtherFilesAreNot() {
        let names = [Self.ago(1), "martlet.db", Self.ago(4), Self.ago(2), "martlet-old.db"]
        #expect(Self.plan.surplus(names, atSeconds: Self.now) == [Self.ago(4)])
        // A backup from the future does not count among those that are kept.
        #expect(Self.plan.surplus([Self.ago(-60), Self.ago(1), Self.ago(2)], atSeconds: Self.now) == [])
        #expect(Self.plan.surplus(Array(names.prefix(2)), atSeconds: Self.now) == [])
    }
}
