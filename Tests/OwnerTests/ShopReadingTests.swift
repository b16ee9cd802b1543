import Foundation
import Loyalty
import Posix
import Storage
import Testing

@testable import Owner

/// Files of lines, and the faults that are named.
@Suite struct ShopReadingTests {
    private func read(_ lines: [String]) throws -> ShopReading {
        let folder = try TemporaryFolder(prefix: "martlet-test-")
        defer { folder.remove() }
        let path = "\(folder.path)/shop.jsonl"
        try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path))
        var reading = ShopReading()
        let file = try LineFile(path: path, lineBytesMax: ShopLine.bytesMax)
        try reading.read(file, into: UsersOfImport(), until: Cancellation()) { _ in }
        return reading
    }

    private static let start = #"{"type":"shop","version":1}"#
    private static let end = #"{"type":"end","users":1,"orders":1,"withdrawals":0}"#
    private static let refusedHash = #""5ebe2294""#

    private static func user(_ id: Int, hash: String = "null", _ more: String = "") -> String {
        #"{"type":"user","id":\#(id),"login":"user \#(id)","password_hash":\#(hash),"current":0,"withdrawn":0\#(more)}"#
    }

    private static func order(of id: Int) -> String {
        #"{"type":"order","user":\#(id),"number":"18","status":"NEW","uploaded_at":"2024-01-02T03:04:05Z"}"#
    }

    /// A user who is refused, and an order of another id, which is canonically equivalent.
    private static let equivalentIDs = [
        user(1, hash: refusedHash).replacing("\"id\":1", with: "\"id\":\"\u{E9}\""),
        order(of: 1).replacing("\"user\":1", with: "\"user\":\"e\u{301}\""),
    ]

    private static func withdrawal(of id: Int) -> String {
        #"{"type":"withdrawal","user":\#(id),"order":"18","sum":5,"processed_at":"2024-01-02T03:04:05Z"}"#
    }

    /// Lines, and the beginnings of their faults.
    private static let cases: [(lines: [String], faults: [String])] = [
        ([start, user(1), order(of: 1), end], []),
        (["\u{FEFF}\(start)", user(1), order(of: 1), end], []),
        (["\u{FEFF}\u{FEFF}\(start)", user(1), order(of: 1), end], ["1: it is not JSON: not a JSON value"]),
        (
            [start, "\u{FEFF}\(user(1))", order(of: 1), end],
            ["2: it is not JSON: not a JSON value", "3: no line before it adds its user"]
        ),
        ([user(1), order(of: 1), end], ["1: the first line must have the type \"shop\""]),
        ([start, user(1), "", order(of: 1), end], ["3: the line is empty"]),
        ([start, user(1), order(of: 2), end], ["3: no line before it adds its user"]),
        // Lines that refer to a refused user have no fault for that, and their own faults all the same.
        (
            [
                start, user(1, hash: refusedHash), user(2, ",\"name\":\"B\""), order(of: 1), withdrawal(of: 1),
                order(of: 2), order(of: 3), order(of: 1).replacing("18", with: "19"), end,
            ],
            [
                "2: \"password_hash\" is not one of bcrypt", "3: a line of its type has no \"name\"",
                "7: no line before it adds its user", "8: the check digit of \"number\" is wrong (Luhn): \"19\"",
            ]
        ),
        (
            [start] + equivalentIDs + [end],
            ["2: \"password_hash\" is not one of bcrypt", "3: no line before it adds its user"]
        ),
    ]

    @Test func eachFaultIsNamedOnce() throws {
        for (lines, faults) in Self.cases {
            let reading = try read(lines)
            let found = reading.faults.map { "\($0.line): \($0.text)" }
            #expect(found.count == faults.count && reading.faultCount == faults.count, "\(lines): \(found)")
            #expect(zip(found, faults).allSatisfy { $0.hasPrefix($1) }, "\(lines): \(found)")
        }
    }

    @Test func refusedUsersAreRememberedUpToALimit() throws {
        let users = (0...ShopReading.refusedUsersMax).map { Self.user($0, hash: Self.refusedHash) }
        let orders = (0...ShopReading.refusedUsersMax).map { Self.order(of: $0) }
        let reading = try read([Self.start] + users + orders + [Self.end])
        #expect(reading.faultCount == ShopReading.refusedUsersMax + 2)
    }

    @Test func usersWithoutAPasswordAreCounted() throws {
        let bcrypt = "\"$2a$10$XajjQvNhvvRt5GSeFk1xFeyqRrsxkhBkUiQeg0dt.wU1qD4aFDcga\""
        let reading = try read([
            Self.start, Self.user(1), Self.user(2, hash: bcrypt), Self.user(3, ",\"state\":\"disabled\""),
            #"{"type":"user","id":4,"state":"deleted","current":0,"withdrawn":0}"#,
            #"{"type":"end","users":4,"orders":0,"withdrawals":0}"#,
        ])
        #expect(reading.faults == [])
        #expect(reading.usersWithoutPassword == 2)
    }

    @Test func aCountOfOneHasASingularNoun() {
        var counts = MovedCounts()
        (counts.users, counts.orders, counts.returns) = (1, 2, 1)
        #expect(counts.text == "1 user, 2 orders, 0 withdrawals, 1 return")
        let one = CheckReport.Counts(users: 1, orders: 1, withdrawals: 1, ledgerEntries: 1, receipts: 1)
        #expect(one.text == "1 user, 1 order, 1 withdrawal, 1 ledger entry, 1 receipt")
        let others = CheckReport.Counts(users: 0, orders: 2, withdrawals: 3, ledgerEntries: 4, receipts: 0)
        #expect(others.text == "0 users, 2 orders, 3 withdrawals, 4 ledger entries, 0 receipts")
    }
}

/// An import that knows the users of the lines, and nothing else.
private final class UsersOfImport: ShopImport {
    private var keys: Set<String> = []

    func add(_ record: ShopRecord, line: Int64) -> String? {
        let user: String
        switch record {
        case .user(let added):
            keys.insert(added.key)
            return nil
        case .order(let order): user = order.user
        case .entry(let entry): user = entry.user
        }
        return keys.contains(user) ? nil : "no line before it adds its user"
    }

    func findFaults(_ fault: (_ line: Int64, _ text: String) -> Void) {}

    func apply(hasPositions: Bool, progress: @escaping (MaintenanceStage) -> Void) throws(StoreError) -> ImportReport {
        throw .stoppedImport
    }

    func commit() {}

    func discard() {}
}
