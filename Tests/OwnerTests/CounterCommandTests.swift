import API
import JSON
import Loyalty
import Posix
import Rewards
import Storage
import TestSupport
import Testing

@testable import CommandLine
@testable import Configuration
@testable import Owner

/// The commands of the counter, and those that show the shop.
@Suite struct CounterCommandTests {
    private static let anna = UserSelector.login(try! Login("anna"))
    private static let seven = UserSelector(id: Int64(7))!

    /// Examples of every operation.
    static let operations: [any OwnerOperation & Equatable] =
        [
            Spend(user: anna, order: "18", points: Points(hundredths: 1)),
            Spend(user: seven, order: "\n", points: Points(hundredths: .max)), OrderNumberMake(),
            FigureList(days: 1), FigureList(days: 400), ReceiptTry(goods: [Good(description: "d", price: 5)]),
            UserFind(prefix: "", order: nil, after: 0, limit: 1),
            UserFind(prefix: "a\0", order: nil, after: 7, limit: 100),
            UserFind(prefix: "", order: "18", after: 0, limit: 50), BackupsList(before: .max), BackupsMake(),
            UserExport(user: anna, list: nil, before: .max),
        ]
        + CustomerList.allCases.flatMap { list -> [any OwnerOperation & Equatable] in
            [
                UserHistory(user: anna, list: list, before: .max, limit: 1),
                UserExport(user: seven, list: list, before: 7),
            ]
        }

    /// The lines of version 0.3.0, so that a command and a server of different versions understand each other.
    @Test(
        arguments: [
            (
                Spend(user: seven, order: "18", points: Points(hundredths: 50)),
                #"{"command":"spend","by":"a","id":7,"number":"18","hundredths":50}"#
            ),
            (OrderNumberMake(), #"{"command":"new_order_number","by":"a"}"#),
            (FigureList(days: 7), #"{"command":"figures","by":"a","days":7}"#),
            (
                ReceiptTry(goods: [Good(description: "d", price: 5)]),
                #"{"command":"try_receipt","by":"a","goods":[{"description":"d","price":"5"}]}"#
            ),
            (
                UserFind(prefix: "an", order: nil, after: 0, limit: 5),
                #"{"command":"find_users","by":"a","prefix":"an","number":null,"after":0,"limit":5}"#
            ),
            (
                UserHistory(user: anna, list: .ledger, before: 9, limit: 5),
                #"{"command":"user_history","by":"a","login":"anna","list":"ledger","before":9,"limit":5}"#
            ),
            (
                UserExport(user: anna, list: nil, before: .max),
                #"{"command":"export_user","by":"a","login":"anna","list":null,"before":9223372036854775807}"#
            ),
            (
                UserExport(user: seven, list: .orders, before: 9),
                #"{"command":"export_user","by":"a","id":7,"list":"orders","before":9}"#
            ),
            (BackupsList(before: 9), #"{"command":"backups","by":"a","before":9}"#),
            (BackupsMake(), #"{"command":"make_backup","by":"a"}"#),
        ] as [(any OwnerOperation, String)])
    func linesStayAsTheyWere(operation: any OwnerOperation, line: String) {
        #expect(String(decoding: operation.line(by: "a"), as: UTF8.self) == line + "\n")
    }

    @Test(arguments: [
        #"{"command":"spend","login":"anna","number":"18","hundredths":0}"#,
        #"{"command":"spend","login":"anna","number":"18","hundredths":-1}"#,
        #"{"command":"spend","login":"anna","number":"18","hundredths":1.5}"#,
        #"{"command":"spend","login":"anna","number":"18","hundredths":99999999999999999999}"#,
        #"{"command":"spend","number":"18","hundredths":1}"#, #"{"command":"spend","login":"anna","hundredths":1}"#,
        #"{"command":"figures"}"#, #"{"command":"figures","days":0}"#, #"{"command":"figures","days":401}"#,
        #"{"command":"figures","days":-9223372036854775808}"#, #"{"command":"try_receipt","goods":[{}]}"#,
        #"{"command":"find_users","prefix":"","number":7,"after":0,"limit":5}"#,
        #"{"command":"find_users","prefix":"","after":0,"limit":5}"#,
        #"{"command":"find_users","prefix":"","number":null,"after":0,"limit":101}"#,
        #"{"command":"find_users","prefix":"\#(String(repeating: "a", count: 257))","number":null,"after":0,"limit":5}"#,
        #"{"command":"user_history","login":"anna","list":null,"before":9,"limit":5}"#,
        #"{"command":"user_history","login":"anna","list":"passwords","before":9,"limit":5}"#,
        #"{"command":"user_history","login":"anna","list":"orders","before":9,"limit":0}"#,
        #"{"command":"export_user","list":null,"before":9}"#,
        #"{"command":"export_user","login":"anna","list":"users","before":9}"#,
        #"{"command":"export_user","login":"anna","before":9}"#, #"{"command":"backups","before":null}"#,
    ])
    func otherLinesAreRefused(line: String) {
        #expect(OperationLine.operation(line.utf8) == nil)
    }

    @Test(arguments: [("500", 50_000), ("0.5", 50), ("0.01", 1), ("92233720368547758.07", Int64.max), ("00.5", 0)])
    func amountsArePlainNumbers(text: String, hundredths: Int64) throws {
        guard hundredths > 0 else {
            #expect(throws: Refusal.self) { try OwnerCommand.amount(text) }
            return
        }
        #expect(try OwnerCommand.amount(text) == Points(hundredths: hundredths))
    }

    @Test(arguments: [
        "", "0", "0.00", "-1", "+1", "1e3", "0.001", ".5", "5.", "1,5", "NaN", " 1", "1 ", "\u{661}", "1\n",
        "92233720368547758.08", "999999999999999999999999999999999999999999",
    ])
    func otherAmountsAreMisuse(text: String) {
        do throws(Refusal) {
            _ = try OwnerCommand.amount(text)
            Issue.record("\(text)")
        } catch {
            #expect(error.status == ExitStatus.usage)
        }
    }

    /// The export goes from list to list, and ends.
    @Test func anExportGoesThroughAllLists() throws {
        var part: UserExport? = UserExport(user: Self.anna, list: nil, before: .max)
        var seen: [CustomerList?] = []
        var position: Int64 = 7
        while let present = part {
            seen.append(present.list)
            part = present.next(from: position, wanted: nil)
            if let part { #expect(part.user == Self.seven && part.before == .max) }
            position = 0
        }
        #expect(seen == [nil] + CustomerList.allCases)
        let page = UserExport(user: Self.seven, list: .ledger, before: 90)
        #expect(page.next(from: 20, wanted: nil) == UserExport(user: Self.seven, list: .ledger, before: 20))
        for position in [Int64(90), 91, .max] { #expect(page.next(from: position, wanted: nil) == nil) }
        for position in [Int64(0), -1] {
            #expect(UserExport(user: Self.anna, list: nil, before: .max).next(from: position, wanted: nil) == nil)
        }
    }

    /// Each row once, in order, page by page.
    @Test(arguments: [1, 99, 100, 101, 250]) func longListsAreReadInPages(count: Int) throws {
        let storage = InMemoryStorage(clock: { Timestamp(milliseconds: 1) })
        let owner = storage.makeOwnerRepository(until: Cancellation())
        for index in 0..<count {
            _ = try owner.apply(
                .addCustomer(Login("a\(1000 + index)"), OwnerCommandTests.hash), by: Actor(system: "a"))
            let points = Points(hundredths: Int64(index + 1))
            _ = try owner.apply(.adjust(.login(Login("a1000")), points, reason: "\(index)"), by: Actor(system: "a"))
        }
        let first = UserSelector.login(try Login("a1000"))
        let find = UserFind(prefix: "a", order: nil, after: 0, limit: Int64(Page.rowsMax))
        let logins = rows(of: OwnerRequest(find, rowsName: "users", rowsMax: 1000), in: storage)
        #expect(logins.compactMap { $0["login"]?.string } == (0..<count).map { "a\(1000 + $0)" })
        let history = UserHistory(user: first, list: .ledger, before: .max, limit: Int64(Page.rowsMax))
        let ledger = rows(of: OwnerRequest(history, rowsName: "ledger", rowsMax: 1000), in: storage)
        #expect(ledger.compactMap { $0["reason"]?.string } == (0..<count).reversed().map { "\($0)" })
        let some = rows(of: OwnerRequest(history, rowsName: "ledger", rowsMax: 101), in: storage)
        #expect(some == Array(ledger.prefix(101)))
        let export = UserExport(user: first, list: nil, before: .max)
        let exported = rows(of: OwnerRequest(export, isAlwaysJSON: true), in: storage)
        #expect(exported.filter { $0["balance_after"] != nil } == ledger)
        #expect(exported.count { $0["action"] != nil } == count + 2)
    }

    /// The rows of all pages that a command asks for.
    private func rows(of request: OwnerRequest, in storage: InMemoryStorage) -> [JSONObject] {
        var rows: [JSONObject] = []
        var operation: (any OwnerOperation)? = request.operation
        while let asked = operation as? any StoreOperation {
            let result = storage.run(asked, by: "a", OperationSurroundings()) { reply in
                if case .row(let row) = reply { rows.append(row) }
            }
            #expect(result.status == ExitStatus.success)
            operation = result.next.flatMap { request.operation(after: asked, next: $0, taken: rows.count) }
        }
        return rows
    }

    /// The facts of an order tell before the question, in the words of the refund itself, that it would be refused.
    @Test func aRefundIsRefusedByTheFactsOfTheOrder() throws {
        let storage = InMemoryStorage(clock: { Timestamp(milliseconds: 1) })
        let owner = storage.makeOwnerRepository(until: Cancellation())
        let (caller, points) = (Actor(system: "a"), Points(hundredths: 5))
        let number = try OrderNumber(parsing: "18".utf8)
        _ = try owner.apply(.addCustomer(Login("anna"), OwnerCommandTests.hash), by: caller)
        _ = try owner.apply(.adjust(Self.anna, points, reason: "r"), by: caller)
        func run(_ operation: any StoreOperation) -> CommandResult {
            storage.run(operation, by: "a", OperationSurroundings()) { _ in }
        }
        func refusal() -> CommandResult? { Refund.refusal(of: "18", after: run(OrderShow(number: "18"))) }
        let refund = Refund(order: "18", reason: "")
        #expect(refusal()?.status == ExitStatus.notFound && refusal() == run(refund))
        _ = try owner.apply(.spend(Self.anna, number, points), by: caller)
        #expect(refusal() == nil)
        #expect(run(refund).status == ExitStatus.success)
        #expect(refusal()?.status == ExitStatus.refused && refusal() == run(refund))
    }

    /// Numbers of the present millisecond that are in use are passed over, and a shop without a free one is told so.
    @Test(arguments: [(1, "1700000000001"), (15, "1700000000015"), (16, nil)] as [(Int64, String?)])
    func aNewOrderNumberIsNotInUse(takenMilliseconds: Int64, prefix: String?) throws {
        let now = Timestamp(milliseconds: 1_700_000_000_000)
        let storage = InMemoryStorage(clock: { now })
        let owner = storage.makeOwnerRepository(until: Cancellation())
        for step in 0..<takenMilliseconds {
            for salt in 10...99 {
                let number = try OrderNumber(appendingCheckDigitTo: "\(now.milliseconds + step)\(salt)".utf8)
                _ = try owner.apply(.sell(number, earning: .zero, customer: nil), by: Actor(system: "anna"))
            }
        }
        let result = storage.run(
            OrderNumberMake(), by: "anna", OperationSurroundings(clock: { now }), reply: { _ in })
        guard let prefix else {
            #expect(result.status == ExitStatus.unavailable && result.text.contains("in use"))
            return
        }
        let number = try #require(result.document?["number"]?.string)
        #expect(number.hasPrefix(prefix) && number.count == 16 && result.text == "\(number)\n")
        #expect(try owner.facts(of: OrderNumber(parsing: number.utf8)).isUnused)
    }
}
