import Loyalty
import Storage
import TestSupport
import Testing

@testable import Owner

@Suite struct ShopLineTests {
    private static let bcrypt = "$2a$10$XajjQvNhvvRt5GSeFk1xFeyqRrsxkhBkUiQeg0dt.wU1qD4aFDcga"
    private static let user =
        #"{"type":"user","id":1,"login":"anna","password_hash":"\#(bcrypt)","current":1.5,"withdrawn":0}"#
    private static let order =
        #"{"type":"order","user":1,"number":"12345678903","status":"NEW","uploaded_at":"2024-01-02T03:04:05Z"}"#
    private static let withdrawal =
        #"{"type":"withdrawal","user":1,"order":"2377225624","sum":5,"processed_at":"2024-01-02T03:04:05Z"}"#

    private static func argon2(_ parameters: String, _ salt: String) -> String {
        "$argon2id$v=19$\(parameters)$\(salt)$aGFzaGhhc2hoYXNoaGFzaA"
    }

    private func read(_ text: String, hasPositions: Bool? = false) throws -> ShopLine {
        try ShopLine.read(Array(text.utf8)[...], hasPositions: hasPositions)
    }

    private func fault(of text: String, hasPositions: Bool? = false) -> String? {
        do {
            _ = try read(text, hasPositions: hasPositions)
            return nil
        } catch {
            return (error as? LineFault)?.text
        }
    }

    private let time = Timestamp(milliseconds: 1_704_164_645_000)

    @Test func usersOfOtherServers() throws {
        #expect(try read(#"{"type":"shop","version":1}"#, hasPositions: nil) == .start(hasPositions: false))
        #expect(
            try read(#"{ "version" : 1, "positions" : true, "type" : "shop" }"#, hasPositions: nil)
                == .start(hasPositions: true))
        let balance = Balance(current: Points(hundredths: 150), withdrawn: .zero)
        #expect(
            try read(Self.user)
                == .record(
                    .user(
                        MovedUser(
                            key: "1", login: Login("anna"), passwordHash: PasswordHash(text: Self.bcrypt),
                            state: .active, createdAt: nil, balance: balance))))
        #expect(
            try read(
                #"{"type":"user","id":"5b3c-uuid","login":"anna","password_hash":null,"state":"disabled","created_at":"2024-01-02T06:04:05.000999+03:00","current":1.4999999999,"withdrawn":0}"#
            )
                == .record(
                    .user(
                        MovedUser(
                            key: "5b3c-uuid", login: Login("anna"), passwordHash: nil, state: .disabled,
                            createdAt: time, balance: balance))))
    }

    @Test func ordersAndEntriesOfOtherServers() throws {
        let order = { [time] (status: Order.Status, accrual: Int64) in
            ShopLine.record(
                .order(
                    MovedOrder(
                        user: "1",
                        order: Order(
                            number: try OrderNumber(parsing: "12345678903".utf8), status: status,
                            accrual: Points(hundredths: accrual), uploadedAt: time), creditedAt: time, position: nil)))
        }
        #expect(try read(Self.order) == order(.new, 0))
        #expect(
            try read(Self.order.replacing("NEW\"", with: "REGISTERED\",\"accrual\":null")) == order(.processing, 0))
        #expect(
            try read(
                Self.order.replacing("\"12345678903\"", with: "12345678903").replacing(
                    "NEW\"", with: "PROCESSED\",\"accrual\":729.9800000000001")) == order(.processed, 72_998))
        #expect(
            try read(Self.withdrawal)
                == .record(
                    .entry(
                        MovedEntry(
                            user: "1", kind: .withdrawal, number: try OrderNumber(parsing: "2377225624".utf8),
                            points: Points(hundredths: -500), at: time, note: nil, position: nil))))
        #expect(
            try read(#"{"type":"adjustment","user":1,"points":-0.5,"processed_at":"2024-01-02T03:04:05Z"}"#)
                == .record(
                    .entry(
                        MovedEntry(
                            user: "1", kind: .adjustment, number: nil, points: Points(hundredths: -50), at: time,
                            note: LedgerNote(author: "import", reason: ""), position: nil))))
    }

    /// A line, a part of it that is replaced, and a part of the fault.
    private static let faults: [(line: String, old: String, new: String, fault: String)] = [
        (user, user, "", "the line is empty"), (user, user, " \t\r", "the line is empty"),
        (user, user, "{", "not JSON: a name was expected, at byte 2"),
        (user, user, "[]", "it is not a JSON object"),
        (user, user, "{}", "no \"type\""),
        (user, user, user + user, "something after the document"),
        (user, user, String(repeating: "[", count: 10_000), "nested deeper than 32"),
        (user, user, #"{"type":"user","id":"# + String(repeating: "[", count: 40), "nested deeper"),
        (user, user, #"{"type":["# + String(repeating: "1,", count: 100) + "1]}", "more than 64 values"),
        (user, "\"type\":\"user\"", "\"type\":\"client\"", "no type \"client\""),
        (user, "\"type\":\"user\"", "\"type\":1", "\"type\" is not a string"),
        (user, "\"type\":\"user\"", "\"type\":\"shop\",\"version\":1", "begins once more"),
        (user, "\"id\":1", "\"id\":1.5", "\"id\" is neither a string"),
        (user, "\"id\":1", "\"id\":\"\"", "\"id\" is neither a string"),
        (user, "\"id\":1", "\"id\":-1", "\"id\" is neither a string"),
        (user, "\"id\":1", "\"id\":null", "no \"id\""),
        (user, "\"id\":1", "\"id\":1,\"id\":2", "a name is repeated"),
        (user, "\"id\":1", "\"id\":1,\"name\":\"A\u{1B}[2J\"", "not JSON: a control character"),
        (user, "\"id\":1", "\"id\":1,\"na\\u001bme\":2", "has no \"na\\u{1B}me\""),
        (user, "anna", "", "\"login\" is not a string of 1 to 256"),
        (user, "anna", String(repeating: "a", count: 257), "\"login\" is not a string of 1 to 256"),
        (user, "anna", "an\\u0000na", "without U+0000"),
        (user, "anna", "\\ud800", "half a surrogate pair"),
        (user, "\"login\":\"anna\"", "\"login\":null", "no \"login\""),
        (user, bcrypt, "5ebe2294ecd0e0f08eab7690d2a6ee69", "\"password_hash\" is not one of bcrypt"),
        (user, bcrypt, "5ebe2294", "only after martlet user reset-password LOGIN --generate"),
        (user, "$10$", "$15$", "\"password_hash\" is not one of bcrypt"),
        (user, "$10$", "$31$", "cost of at most 14"),
        (user, bcrypt, argon2("m=65536,t=1,p=256", "c2FsdHNhbHQ"), "8 passes and 255 lanes"),
        (user, bcrypt, argon2("m=127,t=1,p=16", "c2FsdHNhbHQ"), "at least 8 KiB for each lane"),
        (user, bcrypt, argon2("m=65536,t=1,p=16", "c2FsdA"), "8 bytes of salt"),
        (user, "\"\(bcrypt)\"", "7", "\"password_hash\" is not a string"),
        (user, "1.5", "-1", "\"current\" is not a number of points from zero"),
        (user, "1.5", "1.555", "\"current\" is not a number of points"),
        (user, "1.5", "1e30", "\"current\" is not a number of points"),
        (user, "1.5", "\"1.5\"", "\"current\" is not a number of points"),
        (user, "1.5", "null", "no \"current\""),
        (user, ",\"withdrawn\":0", "", "no \"withdrawn\""),
        (user, "\"id\":1", "\"id\":1,\"state\":\"gone\"", "no state \"gone\""),
        (user, "\"id\":1", "\"id\":1,\"state\":\"deleted\"", "a deleted user has no \"login\""),
        (user, "\"id\":1", "\"id\":1,\"created_at\":\"2024-01-02T03:04:05\"", "\"created_at\" is not a time"),
        (user, "\"id\":1", "\"id\":1,\"created_at\":\"0001-01-01T00:00:00Z\"", "from 1970 to 9999"),
        (order, "12345678903", "12345678904", "check digit of \"number\" is wrong (Luhn): \"12345678904\""),
        (order, "12345678903", "", "\"number\" is not an order number"),
        (order, "12345678903", "12\\u001b", "\"number\" is not an order number of 1 to 1024 digits: \"12\\u{1B}\""),
        (order, "12345678903", String(repeating: "0", count: 1025), "\"number\" is not an order number"),
        (order, "\"12345678903\"", "1.2e10", "\"number\" is not an order number"),
        (order, "NEW", "DONE", "no status \"DONE\""),
        (order, "NEW\"", "NEW\",\"accrual\":1", "only if its status is PROCESSED"),
        (order, "NEW\"", "PROCESSED\",\"accrual\":-1", "\"accrual\" is below zero"),
        (order, "NEW\"", "PROCESSED\",\"accrual\":10000000000.01", "more than 10000000000 points"),
        (order, "NEW\"", "PROCESSED\",\"accrual\":1e400", "more than 10000000000 points"),
        (order, "NEW\"", "PROCESSED\",\"accrual\":0.001", "more than two decimals"),
        (order, "\"2024-01-02T03:04:05Z\"", "1704164645", "\"uploaded_at\" is not a string"),
        (order, ",\"uploaded_at\":\"2024-01-02T03:04:05Z\"", "", "no \"uploaded_at\""),
        (order, "\"status\":\"NEW\",", "", "no \"status\""),
        (order, "\"user\":1,", "", "no \"user\""),
        (order, "\"user\":1", "\"user\":1,\"position\":5", "which the first line does not promise"),
        (withdrawal, "\"sum\":5", "\"sum\":0", "\"sum\" is not above zero"),
        (withdrawal, "\"sum\":5", "\"sum\":-5", "\"sum\" is not above zero"),
        (withdrawal, "\"sum\":5", "\"sum\":92233720368547758.08", "more than"),
        (withdrawal, "\"sum\":5", "\"sum\":5,\"position\":1", "does not promise"),
        (withdrawal, "\"sum\":5", "\"sum\":5,\"points\":1", "has no \"points\""),
        (withdrawal, "\"sum\":5", "\"sum\":5,\"author\":\"\"", "\"author\" is not a string"),
        (
            withdrawal, "\"sum\":5", "\"sum\":5,\"reason\":\"\(String(repeating: "x", count: 1001))\"",
            "\"reason\" is not a string"
        ),
        (withdrawal, "withdrawal", "end", "no \"users\""),
    ]

    @Test func aBadLineIsNamed() throws {
        for (line, old, new, expected) in Self.faults {
            let bad = line.replacing(old, with: new)
            #expect(bad != line)
            let found = fault(of: bad)
            #expect(found?.contains(expected) == true, "\(bad): \(found ?? "no fault")")
        }
        #expect(fault(of: Self.user, hasPositions: nil) == "the first line must have the type \"shop\"")
        #expect(fault(of: #"{"type":"shop"}"#, hasPositions: nil)?.contains("\"version\" is not 1") == true)
        #expect(fault(of: #"{"type":"shop","version":2}"#, hasPositions: nil)?.contains("is not 1") == true)
        #expect(fault(of: Self.withdrawal, hasPositions: true)?.contains("the first line promises") == true)
        #expect(fault(of: Self.order, hasPositions: true) == nil)
    }

    @Test func bytesThatAreNotUTF8AreRefused() {
        let bytes = Array(Self.user.replacing("anna", with: "an\u{7F}na").utf8).map { $0 == 0x7F ? 0xFF : $0 }
        #expect(throws: LineFault.self) { try ShopLine.read(bytes[...], hasPositions: false) }
    }

    @Test func aTornLineIsRefused() {
        for line in [Self.user, Self.order, Self.withdrawal] {
            #expect(fault(of: line) == nil)
            for count in 0..<line.utf8.count {
                #expect(fault(of: String(decoding: line.utf8.prefix(count), as: UTF8.self)) != nil)
            }
        }
    }

    /// Each record is read as it was written.
    @Test func randomRecords() throws {
        var random = SeededRandom(seed: 3)
        for _ in 0..<2_000 {
            let line = ShopLine.record(.random(using: &random))
            let bytes = line.bytes
            #expect(bytes.last == 0x0A && bytes.count <= ShopLine.bytesMax)
            #expect(try ShopLine.read(bytes.dropLast(), hasPositions: true) == line)
        }
        var counts = MovedCounts()
        (counts.users, counts.orders, counts.withdrawals) = (1, 2, 3)
        (counts.adjustments, counts.refunds, counts.returns) = (4, 5, 6)
        #expect(try ShopLine.read(ShopLine.end(counts).bytes[...], hasPositions: true) == .end(counts))
    }
}

extension ShopRecord {
    fileprivate static func random(using random: inout SeededRandom) -> ShopRecord {
        func points(_ range: ClosedRange<Int64>) -> Points { Points(hundredths: .random(in: range, using: &random)) }
        func time() -> Timestamp {
            Timestamp(milliseconds: .random(in: Timestamp.writableMilliseconds, using: &random))
        }
        let key = [String(Int64.random(in: 0 ... .max, using: &random)), "007", "u\u{301}\"\\\n", "x"]
            .randomElement(using: &random)!
        let number = OrderNumber.sample(.random(in: 0...1_000_000_000, using: &random))
        let position = Int64.random(in: 1 ... .max, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
            let state = UserAccount.State.allCases.randomElement(using: &random)!
            let login = state == .deleted ? nil : try? Login(String(repeating: "\u{1}", count: 256))
            let hash = state == .deleted || Bool.random(using: &random) ? nil : PasswordHash.sample("x")
            return .user(
                MovedUser(
                    key: key, login: login, passwordHash: hash, state: state, createdAt: time(),
                    balance: Balance(current: points(0 ... .max), withdrawn: points(0 ... .max))))
        case 1:
            let status = Order.Status.allCases.randomElement(using: &random)!
            let accrual = status == .processed ? points(0...Order.accrualMax.hundredths) : .zero
            let uploadedAt = time()
            let isCredited = accrual > .zero
            return .order(
                MovedOrder(
                    user: key,
                    order: Order(number: number, status: status, accrual: accrual, uploadedAt: uploadedAt),
                    creditedAt: isCredited ? time() : uploadedAt, position: isCredited ? position : nil))
        default:
            let kind = [LedgerEntry.Kind.withdrawal, .adjustment, .refund, .returned].randomElement(using: &random)!
            let sum = points(1 ... .max)
            let isNegative = kind == .withdrawal || kind == .returned || kind == .adjustment && sum.hundredths % 2 == 0
            let hasNote = kind != .withdrawal || Bool.random(using: &random)
            let reason = String(repeating: "\u{2}", count: .random(in: 0...1000, using: &random))
            return .entry(
                MovedEntry(
                    user: key, kind: kind, number: kind == .adjustment ? nil : number,
                    points: Points(hundredths: isNegative ? -sum.hundredths : sum.hundredths), at: time(),
                    note: hasNote ? LedgerNote(author: "olga", reason: reason) : nil, position: position))
        }
    }
}
