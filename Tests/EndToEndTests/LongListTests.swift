import EndToEndSupport
import Foundation
import Posix
import SQLite
import TestSupport
import Testing

/// A customer with a hundred thousand orders, and a client that takes its time to read of them.
@Suite(.serialized)
struct LongListTests {
    private static let orderCount = 100_000

    @Test func aLongListTakesLittleMemoryAndDelaysNoRequest() throws {
        let folder = try Folder()
        let authorization = try Self.fill(folder)
        let server = try Server.serving(
            in: folder,
            environment: [
                "MARTLET_HTTP_EVENT_LOOPS": "1",
                // All of them are unfinished.
                "MARTLET_ORDERS_UNFINISHED_PER_USER_MAX": "\(2 * Self.orderCount)",
            ])
        let before = try server.peakMemoryKiB()
        let slow = try server.client()
        slow.authorization = authorization
        try slow.write(slow.request("GET", "/api/user/orders", nil, fields: []))
        let other = try server.client()
        other.authorization = authorization
        // While the list waits for its reader, its reader's other requests and their writes go on.
        for index in 1...50 {
            #expect(try other.send("GET", "/api/user/balance").text == #"{"current":0,"withdrawn":0}"#)
            #expect(try other.send("POST", "/api/user/orders", orderNumber(index)).status == 202)
        }
        let list = try slow.answer()
        #expect(list.body.count > 7_000_000)
        // Orders that were uploaded since the list began may be missing; earlier ones may not.
        let numbers = list.json?.array?.compactMap { $0.object?["number"]?.string } ?? []
        #expect(Set(numbers).count == numbers.count)
        #expect(numbers.count { $0.hasPrefix("9") && $0.count == 7 } == Self.orderCount)
        #expect(try server.peakMemoryKiB() - before < 16 * 1024)
    }

    /// Makes a database with a user and the orders, and returns the user's `Authorization`.
    private static func fill(_ folder: Folder) throws -> String {
        let server = try Server.serving(in: folder)
        let client = try server.client()
        try client.register("user")
        server.signal(SIGTERM)
        _ = try server.waitForEnd()
        switch TestEngine.current {
        case .sqlite:
            let database = try Database(path: folder.file("martlet.db"), mode: .readWriteCreate)
            try database.execute(
                """
                INSERT INTO orders (id, number, user_id, uploaded_at)
                WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < \(orderCount - 1))
                SELECT i + 1, printf('9%06d', i), 1, 1700000000000 + i FROM n
                """)
        case .postgres:
            try folder.executeOnPostgreSQL(
                """
                INSERT INTO orders (number, user_id, uploaded_at)
                SELECT '9' || lpad(i::text, 6, '0'), 1, 1700000000000 + i FROM generate_series(0, \(orderCount - 1)) AS n (i);
                UPDATE balances SET unfinished = \(orderCount) WHERE user_id = 1
                """)
        }
        guard let authorization = client.authorization else { throw TestFailure("nobody is signed in") }
        return authorization
    }
}
