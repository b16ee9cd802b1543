import Changes
import Loyalty
import TestSupport
import Testing

@testable import PostgresStore

/// The texts by which instances tell each other of changes.
struct ChangeNotificationTests {
    private static func order(_ digits: Int) -> OrderNumber {
        OrderNumber(stored: String(repeating: "1", count: digits))
    }

    private static func events(_ count: Int, digits: Int = 12) -> TransactionEvents {
        var events = TransactionEvents()
        for index in 0..<count {
            let user = UserID(rawValue: Int64(index + 1))
            let points = Points(hundredths: .max - Int64(index))
            events.changes.append(
                Change(
                    .order(
                        Order(
                            number: order(digits), status: .processed, accrual: points,
                            uploadedAt: Timestamp(milliseconds: .min))), of: user))
            events.changes.append(Change(.balance(Balance(current: points, withdrawn: .zero)), of: user))
            events.newOrders.append(
                UnfinishedOrder(id: OrderID(rawValue: .max), number: order(digits), user: user))
            events.droppedOrders.append(
                UnfinishedOrder(id: OrderID(rawValue: .min), number: order(digits), user: user))
            events.sessionEnds.append(user)
        }
        return events
    }

    @Test(arguments: [(0, 1), (1, 1), (1, 1024), (3, 1024), (100, 12), (700, 20)])
    func eventsSurviveTheWay(count: Int, digits: Int) throws {
        let events = Self.events(count, digits: digits)
        let texts = ChangeNotification.texts(of: events, instance: .max, transaction: .max)
        #expect(texts.isEmpty == events.isEmpty)
        var read = TransactionEvents()
        for (index, text) in texts.enumerated() {
            #expect(text.utf8.count <= ChangeNotification.bytesMax)
            let notification = try #require(ChangeNotification(text: text))
            #expect(notification.header.instance == .max && notification.header.transaction == .max)
            #expect(notification.header.part == index && notification.header.partCount == texts.count)
            read.append(notification.events)
        }
        #expect(read == events)
    }

    @Test func aTornTextIsRefusedOrWhole() throws {
        let text = try #require(
            ChangeNotification.texts(of: Self.events(2), instance: 3, transaction: 4).first)
        for length in 0..<text.utf8.count {
            let torn = String(decoding: text.utf8.prefix(length), as: UTF8.self)
            // A cut at the end of a number leaves a shorter number. What matters is that nothing is made up.
            guard let read = ChangeNotification(text: torn) else { continue }
            #expect(read.header.instance == 3 && read.header.transaction == 4)
            #expect(read.events.changes.count <= 4)
        }
    }

    @Test func textsOfOthersAreRefused() {
        let refused = [
            "", "|", "hello", "1.2.3|", "1.2.0.1", "1.2.1.1|s,1", "1.2.0.0|s,1", "1.2.-1.1|s,1", "a.2.0.1|s,1",
            "1.2.0.-1|", "1.1.0.-1|", "1.2.-2.-1|", "1.2.0.\(Int64.min)|", "1.2.\(Int64.max).\(Int64.max)|",
            "1.2.0.1|s", "1.2.0.1|s,", "1.2.0.1|s,x", "1.2.0.1|s,1,2", "1.2.0.1|b,1,2", "1.2.0.1|b,1,2,x",
            "1.2.0.1|o,1,18,9,0,0", "1.2.0.1|o,1,x8,1,0,0", "1.2.0.1|o,1,18,1,0", "1.2.0.1|n,1,18", "1.2.0.1|n,1,,4",
            "1.2.0.1|d,1,18", "1.2.0.1|d,1,,4", "1.2.0.1|d,1,18,4,5",
            "1.2.0.1|s,99999999999999999999", "1.2.0.1|" + String(repeating: "s,1;", count: 2_500) + "s,1",
        ]
        for text in refused { #expect(ChangeNotification(text: text) == nil, "\(text.prefix(40))") }
    }

    @Test func recordsOfALaterVersionAreSkipped() throws {
        let read = try #require(ChangeNotification(text: "1.2.0.1|f,5,x;s,1;q;b,1,2,3"))
        #expect(read.events.sessionEnds == [UserID(rawValue: 1)])
        #expect(read.events.changes.count == 1)
    }

    /// Numbers at the ends of 64 bits, and texts that are no numbers.
    private static let numbers = [
        "0", "1", "2", "-1", "-0", "+1", "", "x", "\(Int64.min)", "\(Int64.max)", "9223372036854775808",
    ]

    private static func someText(_ random: inout SeededRandom) -> String {
        let characters = Array("0123456789.,;|-obnsax\u{0}é")
        return String(
            (0..<Int.random(in: 0...40, using: &random)).map { _ in
                characters[Int.random(in: 0..<characters.count, using: &random)]
            })
    }

    private static func someNumbers(_ counts: ClosedRange<Int>, _ random: inout SeededRandom) -> [String] {
        (0..<Int.random(in: counts, using: &random)).map { _ in
            numbers[Int.random(in: 0..<numbers.count, using: &random)]
        }
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func anyTextIsReadWithoutATrap(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let kinds = ["o", "b", "n", "s", "a", "d", "x"]
        for _ in 0..<5_000 {
            let header = Bool.random(using: &random) ? ["1", "2", "0", "1"] : Self.someNumbers(3...5, &random)
            let kind = kinds[Int.random(in: 0..<kinds.count, using: &random)]
            let record = ([kind] + Self.someNumbers(0...5, &random)).joined(separator: ",")
            let records = Bool.random(using: &random) ? record : Self.someText(&random)
            _ = ChangeNotification(text: header.joined(separator: ".") + "|" + records)
        }
    }
}
