import Storage
import Testing

@testable import Owner

@Suite struct FormerDatabaseTests {
    private static let restored = "martlet.db.before-restore-"
    private static let upgraded = "martlet.db.before-schema-"

    /// 1577836800 is 2020-01-01T00:00:00Z.
    private static let cases: [([String], String?)] = [
        ([], nil),
        (["martlet.db", "\(restored)20200101T000000Z-lock", "\(upgraded)7.partial"], nil),
        (["other.db.before-restore-20200101T000000Z", "x-\(upgraded)7-1577836800"], nil),
        (["\(restored)20200101T000001Z", "\(upgraded)7-1577836800"], "\(restored)20200101T000001Z"),
        (["\(restored)20191231T235959Z", "\(upgraded)7-1577836800"], "\(upgraded)7-1577836800"),
        (["\(upgraded)9-1577836800", "\(upgraded)10-1577836801"], "\(upgraded)10-1577836801"),
        (["\(upgraded)10-1577836800", "\(upgraded)9-1577836801"], "\(upgraded)9-1577836801"),
        (["\(restored)20200101T000000Z", "\(restored)20200101T000000Z-2"], "\(restored)20200101T000000Z-2"),
        (["\(upgraded)7-1577836800-2", "\(upgraded)7-1577836800"], "\(upgraded)7-1577836800-2"),
        // An upgrade that was killed leaves a name without a time.
        (["\(upgraded)7"], "\(upgraded)7"),
        (["\(upgraded)7", "\(upgraded)7-from-5", "\(restored)20200101T000000Z"], "\(restored)20200101T000000Z"),
        (["\(upgraded)7-\(Int64.max)", "\(upgraded)7-99999999999999999999"], "\(upgraded)7-\(Int64.max)"),
    ]

    @Test(arguments: cases) func theNewestOneIsFoundByItsTime(names: [String], newest: String?) {
        for order in [names, Array(names.reversed())] {
            #expect(FormerDatabase.newest(of: "martlet.db", among: order) == newest)
        }
    }
}
