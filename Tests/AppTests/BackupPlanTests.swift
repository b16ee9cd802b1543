import Testing

@testable import App

@Suite struct BackupPlanTests {
    private static let plan = BackupPlan(folder: "/backups", intervalSeconds: 3600, keepCount: 2)
    private static let now: Int64 = 1_764_040_320
    private static func ago(_ secondsAgo: Int64) -> String { BackupPlan.name(atSeconds: now - secondsAgo) }

    @Test func namesSayWhen() {
        #expect(Self.ago(0) == "martlet-20251125T031200Z.db")
    }

    private static let folders: [(names: [String], isDue: Bool)] = [
        ([], true), ([ago(3599)], false), ([ago(3600)], true), ([ago(3601)], true), ([ago(9999), ago(10)], false),
        ([ago(10), ago(9999)], false), ([ago(-60)], true), ([ago(-60), ago(10)], false), ([ago(-60), ago(3600)], true),
        (["martlet.db", "martlet-99990101T000000Z.db.partial", "notes"], true),
    ]

    @Test(arguments: folders)
    func isDueOnceTheNewestIsOldEnough(names: [String], isDue: Bool) {
        #expect(Self.plan.isDue(names, atSeconds: Self.now) == isDue)
    }

    @Test func theOldestGoAndNothingThatIsNotOurs() {
        let names = [Self.ago(1), "martlet.db", Self.ago(4), Self.ago(2), "martlet-old.db"]
        #expect(Self.plan.surplus(names, atSeconds: Self.now) == [Self.ago(4)])
        // One from the future is not among those that are kept.
        #expect(Self.plan.surplus([Self.ago(-60), Self.ago(1), Self.ago(2)], atSeconds: Self.now) == [])
        #expect(Self.plan.surplus(Array(names.prefix(2)), atSeconds: Self.now) == [])
    }

}
