import Loyalty
import Posix
import SQLite
import Storage
import TestSupport
import Testing

@testable import SQLiteStore

@Suite struct ShopImportTests {
    private let folder: TemporaryFolder

    init() { self.init(TemporaryFolder()) }

    private init(_ folder: TemporaryFolder) { self.folder = folder }

    private var path: String { folder.file("test.db") }

    /// Imports records, and returns the faults.
    private func importing(
        _ records: [ShopRecord], hasPositions: Bool = false, isCommitted: Bool = true
    ) throws -> (faults: [String], report: ImportReport?) {
        let shop = try SQLiteIdleStore(path: path).openImport(at: Timestamp(milliseconds: 77), until: Cancellation())
        defer { shop.discard() }
        var faults: [String] = []
        for (index, record) in records.enumerated() {
            if let fault = try shop.add(record, line: Int64(index + 1)) { faults.append("\(index + 1): \(fault)") }
        }
        if faults.isEmpty { try shop.findFaults { line, text in faults.append("\(line): \(text)") } }
        guard faults.isEmpty else { return (faults, nil) }
        let report = try shop.apply(hasPositions: hasPositions) { _ in }
        if isCommitted { try shop.commit() }
        return ([], report)
    }

    private func export(_ login: String? = nil) throws -> [ShopRecord]? {
        let database = try IdleDatabase(path: path)
        var records: [ShopRecord] = []
        let isThere = try database.export(login.map { try Login($0) }, until: Cancellation()) { record in
            records.append(record)
            return true
        }
        return isThere ? records : nil
    }

    @Test func randomShopsAreEqualAfterwards() throws {
        for seed in 0..<60 {
            let shop = RandomShop(seed: UInt64(seed))
            let folder = TemporaryFolder()
            let test = ShopImportTests(folder)
            let (faults, report) = try test.importing(shop.records, hasPositions: true)
            #expect(faults.isEmpty, "\(seed)")
            #expect(
                report?.check.isPassed == true, "\(seed): \(report?.check.findings.filter { !$0.faults.isEmpty } ?? [])"
            )
            #expect(try test.export() == shop.records, "\(seed)")
        }
    }

    /// Without positions, the times decide, in whatever order the lines are.
    @Test func timesDecideWithoutPositions() throws {
        var random = SeededRandom(seed: 5)
        for seed in 100..<130 {
            let shop = RandomShop(seed: UInt64(seed))
            let users = shop.records.filter { if case .user = $0 { true } else { false } }
            // The time of each change is its position, and that of each upload its place in the list.
            var uploads: Int64 = 0
            let rest = shop.records.dropFirst(users.count).map { record -> ShopRecord in
                switch record {
                case .order(var order):
                    uploads += 1
                    let time = Timestamp(milliseconds: uploads)
                    order.creditedAt = order.position.map { Timestamp(milliseconds: $0) } ?? time
                    order.order = Order(
                        number: order.order.number, status: order.order.status, accrual: order.order.accrual,
                        uploadedAt: time)
                    return .order(order)
                case .entry(var entry):
                    entry.at = Timestamp(milliseconds: entry.position ?? 0)
                    return .entry(entry)
                case .user: return record
                }
            }
            let withoutPositions = rest.map { record -> ShopRecord in
                switch record {
                case .order(var order):
                    order.position = nil
                    return .order(order)
                case .entry(var entry):
                    entry.position = nil
                    return .entry(entry)
                case .user: return record
                }
            }
            let test = ShopImportTests(TemporaryFolder())
            #expect(try test.importing(users + withoutPositions.shuffled(using: &random)).faults == [])
            #expect(try test.export() == users + rest, "\(seed)")
        }
    }

    private static func user(_ key: String, _ login: String?, current: Int64 = 0, withdrawn: Int64 = 0) -> ShopRecord {
        .user(
            MovedUser(
                key: key, login: login.flatMap { try? Login($0) }, passwordHash: nil,
                state: login == nil ? .deleted : .active, createdAt: nil,
                balance: Balance(current: Points(hundredths: current), withdrawn: Points(hundredths: withdrawn))))
    }

    private static func order(
        _ user: String, _ number: Int, _ accrual: Int64 = 0, at time: Int64 = 0, position: Int64? = nil
    ) -> ShopRecord {
        .order(
            MovedOrder(
                user: user,
                order: Order(
                    number: .sample(number), status: .processed, accrual: Points(hundredths: accrual),
                    uploadedAt: Timestamp(milliseconds: time)), creditedAt: Timestamp(milliseconds: time),
                position: position))
    }

    private static func entry(
        _ kind: LedgerEntry.Kind, _ user: String, _ number: Int?, _ hundredths: Int64, at time: Int64 = 1,
        position: Int64? = nil
    ) -> ShopRecord {
        .entry(
            MovedEntry(
                user: user, kind: kind, number: number.map { .sample($0) }, points: Points(hundredths: hundredths),
                at: Timestamp(milliseconds: time), note: LedgerNote(author: "olga", reason: ""), position: position))
    }

    private static let faulty: [(records: [ShopRecord], faults: [String])] = [
        ([user("1", "anna"), user("1", "boris")], ["2: its id is that of line 1"]),
        ([user("1", "anna"), user("2", "anna")], ["2: its login is that of line 1"]),
        ([user("1", "taken")], ["1: the database has a user of its login already"]),
        ([order("1", 5), user("1", "anna")], ["1: no line before it adds its user"]),
        ([user("1", "anna"), entry(.withdrawal, "2", 5, -5)], ["2: no line before it adds its user"]),
        ([user("1", "anna"), order("1", 5), order("1", 5)], ["3: its number is that of line 2"]),
        ([user("1", "anna"), order("1", 9)], ["2: the database has an order of its number already"]),
        (
            [
                user("1", "anna"), user("2", "boris"), order("1", 5, 50), order("2", 6, 50),
                entry(.withdrawal, "1", 7, -5), entry(.withdrawal, "2", 7, -5),
            ], ["6: its order is that of the withdrawal in line 5"]
        ),
        ([user("1", "a"), entry(.withdrawal, "1", 8, -5)], ["2: the database has a withdrawal for its order already"]),
        ([user("1", "anna", withdrawn: 5), order("1", 5, 5), entry(.withdrawal, "1", 7, -5, at: 9)], []),
        // Points that come at the same time as others count first.
        ([user("1", "anna", withdrawn: 5), entry(.withdrawal, "1", 7, -5, at: 9), order("1", 5, 5, at: 9)], []),
        (
            [user("1", "anna", withdrawn: 5), entry(.withdrawal, "1", 7, -5, at: 8), order("1", 5, 5, at: 9)],
            ["2: it takes the balance of its user to -0.05"]
        ),
        (
            [user("1", "anna", current: 4), order("1", 5, 5)],
            ["1: its current balance is 0.04, and its history adds up to 0.05"]
        ),
        ([user("1", "anna", current: 4)], ["1: its current balance is 0.04, and its history adds up to 0"]),
        (
            [user("1", "anna", withdrawn: 4), order("1", 5, 5), entry(.withdrawal, "1", 7, -5)],
            ["1: it has 0.04 withdrawn, and its withdrawals add up to 0.05"]
        ),
        (
            [user("1", "anna", current: 5), order("1", 5, 5), entry(.refund, "1", 7, 5)],
            ["3: no line has the withdrawal that it gives back, of this user and sum"]
        ),
        (
            [
                user("1", "anna", current: 5), order("1", 5, 5), entry(.withdrawal, "1", 7, -5),
                entry(.refund, "1", 7, 4),
            ], ["4: no line has the withdrawal that it gives back, of this user and sum"]
        ),
        (
            [
                user("1", "anna", current: 5), order("1", 5, 5), entry(.withdrawal, "1", 7, -5),
                entry(.refund, "1", 7, 5), entry(.refund, "1", 7, 5),
            ], ["5: its order is that of the refund in line 4"]
        ),
        // Odd numbers above 2^53, which no real number equals.
        ([user("1", "anna"), order("1", 5, 1 << 54 | 3), entry(.returned, "1", 5, -(1 << 54 | 3))], []),
        (
            [user("1", "anna"), order("1", 5, 5), entry(.returned, "1", 5, -4), entry(.returned, "1", 5, -2)],
            ["4: the returns of its order take back more than the order earned"]
        ),
        (
            [user("1", "anna"), entry(.returned, "1", 5, -4)],
            ["2: the returns of its order take back more than the order earned"]
        ),
        (
            [user("1", "anna"), entry(.returned, "1", 5, -Int64.max), entry(.returned, "1", 5, -Int64.max)],
            [
                "3: the returns of its order take back more than the order earned",
                "3: the points of its user are more than an account can hold",
            ]
        ),
        (
            [
                user("1", "anna", current: 5), order("1", 5, 5), entry(.refund, "1", 7, 5, at: 2),
                entry(.withdrawal, "1", 7, -5, at: 3),
            ], ["3: it comes before the withdrawal that it gives back, in line 4"]
        ),
        // A refund gives nothing that its own withdrawal could spend.
        (
            [user("1", "anna"), entry(.refund, "1", 7, 5), entry(.withdrawal, "1", 7, -5)],
            ["3: it takes the balance of its user to -0.05"]
        ),
        // But it gives what another withdrawal of its time spends.
        (
            [
                user("1", "anna", withdrawn: 5), order("1", 5, 5), entry(.withdrawal, "1", 7, -5, at: 1),
                entry(.withdrawal, "1", 6, -5, at: 2), entry(.refund, "1", 7, 5, at: 2),
            ], []
        ),
        // The places in the ledger count, whatever the times.
        (
            [
                user("1", "anna", current: 5), order("1", 5, 5, position: 1),
                entry(.withdrawal, "1", 7, -5, at: 2, position: 3), entry(.refund, "1", 7, 5, at: 3, position: 2),
            ], ["4: it comes before the withdrawal that it gives back, in line 3"]
        ),
        (
            [user("1", "anna"), order("1", 4, 5), order("1", 5, 5, at: 3), entry(.returned, "1", 5, -5, at: 2)],
            ["4: it comes before the points that it takes back, in line 3"]
        ),
        (
            [
                user("1", "anna", current: 5), order("1", 5, 5, position: 3), user("2", "boris", current: 1),
                order("2", 6, 1, position: 3), entry(.adjustment, "1", nil, 1, position: 3),
            ], ["5: its position is that of line 2"]
        ),
        (
            [user("1", "anna"), entry(.adjustment, "1", nil, .max), entry(.adjustment, "1", nil, .max)],
            ["3: the points of its user are more than an account can hold"]
        ),
    ]

    /// Records that do not go together are named, and the database stays as it was.
    @Test func faultsAreFound() throws {
        let present = [
            Self.user("x", "taken", current: 3, withdrawn: 2), Self.order("x", 9, 5),
            Self.entry(.withdrawal, "x", 8, -2),
        ]
        #expect(try importing(present).faults == [])
        let before = try export()
        for (records, faults) in Self.faulty {
            #expect(try importing(records, isCommitted: false).faults == faults)
            #expect(try export() == before)
        }
    }

    @Test func aSecondImportFollowsTheFirst() throws {
        let first = [Self.user("a", "anna", current: 5), Self.order("a", 1, 5)]
        let second = [
            Self.user("a", "boris", current: 3, withdrawn: 4), Self.order("a", 2, 7),
            Self.entry(.withdrawal, "a", 3, -4), Self.user("b", nil),
        ]
        #expect(try importing(first).faults == [])
        let report = try importing(second).report
        #expect(report?.check.isPassed == true)
        #expect(report?.points.current == 3)
        #expect(report?.points.withdrawn == 4)
        #expect(report?.check.counts.users == 3)
        let records = try #require(try export())
        #expect(records.count == first.count + second.count)
        #expect(try export("boris")?.count == 3)
        #expect(try export("nobody") == nil)
        // The same again is refused.
        #expect(try importing(first).faults.first == "1: the database has a user of its login already")
    }

    /// An import that is not committed leaves neither rows nor a file that it made.
    @Test func nothingStaysOfADiscardedImport() throws {
        let shop = RandomShop(seed: 1)
        #expect(try importing(shop.records, isCommitted: false).report?.check.isPassed == true)
        #expect(!PrivateFile.exists(path: path) && !PrivateFile.exists(path: path + "-wal"))
        #expect(try importing(shop.records).faults == [])
        let before = try File.read(path: path, bytesMax: 10_000_000)
        #expect(try importing([Self.user("x", "new")], isCommitted: false).faults == [])
        #expect(try File.read(path: path, bytesMax: 10_000_000) == before)
        #expect(!PrivateFile.exists(path: path + "-wal"))
    }

    @Test func aCancelledImportEnds() throws {
        let cancellation = Cancellation()
        let shop = try SQLiteIdleStore(path: path).openImport(at: Timestamp(milliseconds: 0), until: cancellation)
        cancellation.cancel()
        #expect(throws: StoreError.stoppedImport) {
            for line in 1...200_000 { _ = try shop.add(Self.user("\(line)", "user \(line)"), line: Int64(line)) }
        }
        shop.discard()
        #expect(!PrivateFile.exists(path: path))
    }

    @Test func noServerMayRun() async throws {
        try await Fixture.with(folder: folder) { _ in
            #expect(throws: StoreError("A server runs on the database \(path); stop it first.")) {
                _ = try SQLiteIdleStore(path: path).openImport(at: Timestamp(milliseconds: 0), until: Cancellation())
            }
        }
    }
}
