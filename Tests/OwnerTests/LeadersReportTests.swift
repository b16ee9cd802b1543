import CommandLine
import JSON
import Loyalty
import Rewards
import Storage
import TestSupport
import Testing

@testable import Owner

/// Commands that ask no server learn of the pipeline from the report of the server that leads.
@Suite struct LeadersReportTests {
    private static func pool(knowsReceipts: Bool) -> OwnersPool {
        OwnersPool(
            knowsReceipts: knowsReceipts,
            document: { JSONObject(["waiting": .integer(3), "in_flight": .integer(2), "health": .string("\"\0")]) },
            state: { (5, "throttled") }, abandon: { _ in }, put: { _ in })
    }

    private static func report(knowsReceipts: Bool, hasReceiptServer: Bool = false) -> LeadersReport {
        let text = pool(knowsReceipts: knowsReceipts).report(of: "web1, process 7")
        return LeadersReport(text: text, hasReceiptServer: hasReceiptServer)
    }

    private func run(_ operation: any StoreOperation, _ report: LeadersReport?) -> CommandResult {
        InMemoryStorage(leadersReport: report).run(operation, by: "anna", OperationSurroundings(), reply: { _ in })
    }

    @Test func thePoolOfAnotherProcessIsShownAsItIs() {
        let result = run(Pool(), Self.report(knowsReceipts: true))
        #expect(result.document?["leader"] == .string("web1, process 7"))
        #expect(result.document?.members.dropFirst() == Self.pool(knowsReceipts: true).document().members[...])
        let figures = run(FigureList(days: 1), Self.report(knowsReceipts: true)).document
        #expect(figures?["queue"]?.object?.integer("waiting") == 5)
        #expect(figures?["accrual"]?.object?["state"]?.string == "throttled")
    }

    /// Receipts are refused only if it is known that they would never earn.
    @Test(
        arguments: [
            (nil, true), (LeadersReport(text: nil, hasReceiptServer: false), true),
            (LeadersReport(text: nil, hasReceiptServer: true), true),
            (report(knowsReceipts: true), true), (report(knowsReceipts: false), false),
            (report(knowsReceipts: false, hasReceiptServer: true), true),
        ] as [(LeadersReport?, Bool)])
    func receiptsThatWouldNeverEarnAreRefused(report: LeadersReport?, isTaken: Bool) {
        let goods = [Good(description: "tea", price: 5)]
        for operation in [
            ReceiptTry(goods: goods), ReceiptAdd(order: "18", goods: goods, customer: nil),
        ] as [any StoreOperation] {
            let result = run(operation, report)
            #expect((result.status == ExitStatus.success) == isTaken, "\(result)")
            #expect(result.text.contains("asks another accrual system") == !isTaken)
        }
    }

    /// The report is in a database that other programs can write.
    @Test(arguments: [
        nil, "", "{", "[]", "{}", #"{"built_in":true}"#, #"{"built_in":1,"accrual":"healthy","pool":{}}"#,
        #"{"built_in":true,"accrual":"healthy","pool":{}}"#,
        #"{"built_in":true,"accrual":"healthy","pool":{"waiting":-1,"in_flight":0}}"#,
        #"{"built_in":true,"accrual":"healthy","pool":{"waiting":1,"in_flight":9223372036854775807}}"#,
        #"{"built_in":true,"accrual":"healthy","pool":{"waiting":99999999999999999999,"in_flight":0}}"#,
        #"{"built_in":true,"accrual":null,"pool":{"waiting":1,"in_flight":1}}"#,
    ])
    func otherReportsAreNone(text: String?) {
        let report = LeadersReport(text: text, hasReceiptServer: false)
        #expect(run(Pool(), report).status == ExitStatus.unavailable)
        #expect(run(ReceiptTry(goods: [Good(description: "tea", price: 5)]), report).status == ExitStatus.success)
    }
}
