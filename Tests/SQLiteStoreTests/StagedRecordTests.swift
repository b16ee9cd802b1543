import Loyalty
import SQLite
import Storage
import TestSupport
import Testing

@testable import SQLiteStore

@Suite struct StagedRecordTests {
    private static let time = Timestamp(milliseconds: 7)

    private static func user(_ key: String, _ login: String) throws -> ShopRecord {
        .user(
            MovedUser(
                key: key, login: try Login(login), passwordHash: nil, state: .active, createdAt: nil,
                balance: Balance(current: .zero, withdrawn: .zero)))
    }

    private static func order(_ user: String, _ number: Int) -> ShopRecord {
        .order(
            MovedOrder(
                user: user,
                order: Order(number: .sample(number), status: .new, accrual: .zero, uploadedAt: time),
                creditedAt: time, position: nil))
    }

    /// Ids that are canonically equivalent are those of two users, also if their lines follow each other.
    @Test func idsAreEqualOnlyByteForByte() throws {
        let database = try Database(path: ":memory:", mode: .readWriteCreate)
        try Schema.migrate(database, from: 0)
        let records = try StagedRecords(database, cacheKibibytes: 1024)
        let (composed, decomposed) = ("\u{E9}", "e\u{301}")
        let lines = [
            try Self.user(composed, "anna"), try Self.user(decomposed, "boris"), Self.order(composed, 1),
            Self.order(decomposed, 2), Self.order(composed, 3),
        ]
        for (index, record) in lines.enumerated() {
            let fault = try records.add(record, line: Int64(index + 1), at: Self.time)
            #expect(fault == nil)
        }
        let users = try database.all("SELECT user_id FROM temp.moved_orders ORDER BY line") { row in row.integer(0) }
        #expect(users == [1, 2, 1])
    }
}
