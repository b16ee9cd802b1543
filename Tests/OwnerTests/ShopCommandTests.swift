import JSON
import Loyalty
import Rewards
import Testing

@testable import CommandLine
@testable import Configuration
@testable import Owner

/// The commands on staff, keys, receipts, rules and the registration.
@Suite struct ShopCommandTests {
    private static let names = ["anna", "a \"b\"", "7", String(repeating: "я", count: 32)].map { try! StaffName($0) }
    private static let keyHash = SessionID(bytes: (0..<32).map { UInt8($0 * 8) })
    private static let goods = [
        Good(description: "Kettle \"Bork\"\n", price: .max), Good(description: "", price: 0),
    ]
    private static let rule = try! RewardRule(match: "Bork", kind: .percent, rewardMillionths: 10_000_000)

    /// Examples of every operation.
    static let operations: [any OwnerOperation & Equatable] =
        names.flatMap { name -> [any OwnerOperation & Equatable] in
            [
                StaffAdd(name: name, role: .owner, hash: OwnerCommandTests.hash),
                StaffSetRole(name: name, role: .cashier), StaffSetEnabled(name: name, isEnabled: true),
                StaffSetEnabled(name: name, isEnabled: false),
                StaffResetPassword(name: name, hash: OwnerCommandTests.hash), StaffDelete(name: name),
                KeyAdd(name: name, role: .cashier, hash: keyHash), KeyRemove(name: name),
            ]
        } + [
            StaffList(isOfKeys: true, after: 0), StaffList(isOfKeys: false, after: .max),
            ReturnGoods(order: "18", points: nil, reason: "why"),
            ReturnGoods(order: "\n", points: Points(hundredths: 1), reason: ""),
            ReceiptAdd(order: "18", goods: goods, customer: nil),
            ReceiptAdd(order: "18", goods: [], customer: UserSelector(id: Int64(7))),
            ReceiptCorrect(order: "18", goods: goods), ReceiptShow(order: "18"), RuleList(after: 0),
            RuleAdd(rule: rule),
            RuleRemove(match: ""), RuleTry(good: [goods[0]]), RegistrationSet(isOpen: true),
            RegistrationSet(isOpen: false), RegistrationShow(), ActionList(before: .max, limit: 100),
        ] + CounterCommandTests.operations

    /// The lines of version 0.3.0, so that a command and a server of different versions understand each other.
    @Test(
        arguments: [
            (
                StaffAdd(name: names[0], role: .owner, hash: OwnerCommandTests.hash),
                #"{"command":"add_staff","by":"a","name":"anna","role":"owner","password_hash":"\#(OwnerCommandTests.hash.text)"}"#
            ),
            (
                StaffSetEnabled(name: names[0], isEnabled: false),
                #"{"command":"set_staff_enabled","by":"a","name":"anna","enabled":false}"#
            ),
            (
                StaffSetRole(name: names[0], role: .cashier),
                #"{"command":"set_staff_role","by":"a","name":"anna","role":"cashier"}"#
            ),
            (StaffDelete(name: names[0]), #"{"command":"delete_staff","by":"a","name":"anna"}"#),
            (StaffList(isOfKeys: true, after: 7), #"{"command":"staff","by":"a","keys":true,"after":7}"#),
            (
                KeyAdd(name: names[0], role: .cashier, hash: SessionID(bytes: Array(repeating: 10, count: 32))),
                #"{"command":"add_key","by":"a","name":"anna","role":"cashier","key_hash":"\#(String(repeating: "0a", count: 32))"}"#
            ),
            (KeyRemove(name: names[0]), #"{"command":"remove_key","by":"a","name":"anna"}"#),
            (
                ReturnGoods(order: "18", points: nil, reason: "r"),
                #"{"command":"return","by":"a","number":"18","hundredths":null,"reason":"r"}"#
            ),
            (
                ReceiptAdd(
                    order: "18", goods: [Good(description: "d", price: 5)], customer: UserSelector(id: Int64(7))),
                #"{"command":"add_receipt","by":"a","number":"18","goods":[{"description":"d","price":"5"}],"id":7}"#
            ),
            (
                RuleAdd(rule: rule),
                #"{"command":"add_rule","by":"a","match":"Bork","kind":1,"reward_millionths":10000000}"#
            ),
            (RuleRemove(match: "Bork"), #"{"command":"remove_rule","by":"a","match":"Bork"}"#),
            (RegistrationSet(isOpen: true), #"{"command":"set_registration","by":"a","open":true}"#),
            (ActionList(before: 9, limit: 5), #"{"command":"actions","by":"a","before":9,"limit":5}"#),
        ] as [(any OwnerOperation, String)])
    func linesStayAsTheyWere(operation: any OwnerOperation, line: String) {
        #expect(String(decoding: operation.line(by: "a"), as: UTF8.self) == line + "\n")
    }

    @Test(arguments: [
        #"{"command":"add_staff","name":"","role":"owner","password_hash":"\#(OwnerCommandTests.hash.text)"}"#,
        #"{"command":"add_staff","name":"a","role":"root","password_hash":"\#(OwnerCommandTests.hash.text)"}"#,
        #"{"command":"add_staff","name":"a","role":"owner","password_hash":"secret"}"#,
        #"{"command":"delete_staff","name":"a\n"}"#, #"{"command":"remove_key"}"#,
        #"{"command":"add_key","name":"a","role":"owner","key_hash":"0a"}"#,
        #"{"command":"add_key","name":"a","role":"owner","key_hash":"\#(String(repeating: "0A", count: 32))"}"#,
        #"{"command":"add_key","name":"a","role":"owner","key_hash":"\#(String(repeating: "+a", count: 32))"}"#,
        #"{"command":"return","number":"18","hundredths":0,"reason":"r"}"#,
        #"{"command":"return","number":"18","hundredths":-5,"reason":"r"}"#,
        #"{"command":"return","number":"18","hundredths":1.5,"reason":"r"}"#,
        #"{"command":"return","number":"18","reason":"r"}"#,
        #"{"command":"correct_receipt","number":"18","goods":[{"description":"d","price":"-1"}]}"#,
        #"{"command":"correct_receipt","number":"18","goods":[{"description":"d","price":1}]}"#,
        #"{"command":"correct_receipt","number":"18","goods":[7]}"#, #"{"command":"correct_receipt","number":"18"}"#,
        #"{"command":"add_receipt","number":"18","goods":[],"id":0}"#, #"{"command":"try_rules","goods":[]}"#,
        #"{"command":"add_rule","match":"","kind":1,"reward_millionths":1}"#,
        #"{"command":"add_rule","match":"a","kind":3,"reward_millionths":1}"#,
        #"{"command":"add_rule","match":"a","kind":1,"reward_millionths":0}"#, #"{"command":"rules","after":-1}"#,
        #"{"command":"actions","before":1,"limit":0}"#, #"{"command":"actions","before":1,"limit":101}"#,
        #"{"command":"set_registration","open":1}"#,
    ])
    func otherLinesAreRefused(line: String) {
        #expect(OperationLine.operation(line.utf8) == nil)
    }

    @Test(arguments: [
        ("7000 Kettle Bork", 7_000, 0, "Kettle Bork"), ("  0.5   Soap", 5, 1, "Soap"), ("0 a  b ", 0, 0, "a  b "),
        ("0.000000000000000001 x", 1, 18, "x"),
    ])
    func goodsAreLines(line: String, digits: Int128, decimals: Int, description: String) throws {
        var price = digits
        for _ in decimals..<18 { price *= 10 }
        #expect(try ReceiptGoods.good(line) == Good(description: description, price: price))
    }

    @Test(arguments: [
        "", " ", "7000", "7000 ", "Kettle 7000", "-1 x", "+1 x", "1e3 x", "1. x", ".5 x", "0.0000000000000000001 x",
        "999999999999999999999999999999999999999 x", "07 x", "1,5 x", "NaN x",
    ])
    func otherLinesAreNoGoods(line: String) {
        #expect(throws: Refusal.self) { try ReceiptGoods.good(line) }
    }

    @Test(arguments: [
        ("10%", RewardRule.Kind.percent, 10_000_000), ("7.25 %", .percent, 7_250_000), ("25pt", .points, 25_000_000),
        ("0.000001 pt", .points, 1),
    ])
    func rewardsHaveAUnit(text: String, kind: RewardRule.Kind, millionths: Int64) throws {
        let rule = try RuleAdd.rule(matching: "Bork", earning: text)
        #expect(rule.kind == kind && rule.rewardMillionths == millionths && rule.match == "Bork")
    }

    @Test(arguments: ["", "10", "%", "pt", "-1%", "0%", "1e1%", "10  %", "0.0000001pt", "10 points", "10%%", "ten%"])
    func otherRewardsAreMisuse(text: String) {
        do throws(Refusal) {
            _ = try RuleAdd.rule(matching: "Bork", earning: text)
            Issue.record("\(text)")
        } catch {
            #expect(error.status == ExitStatus.usage)
        }
    }

    @Test func aTextForASpreadsheetIsNoFormula() {
        let rows = [
            JSONObject([
                "login": .string("=1+1"), "note": .string("a,\"b\"\r\n"), "points": .points(Points(hundredths: -5)),
            ]),
            JSONObject(["login": .null, "note": .string("@x"), "points": .null]),
        ]
        #expect(rows.csv(isFirst: true) == "login,note,points\r\n'=1+1,\"a,\"\"b\"\"\r\n\",-0.05\r\n,'@x,\r\n")
        #expect(rows.csv(isFirst: false).hasPrefix("'=1+1"))
        #expect([JSONObject]().csv(isFirst: true).isEmpty)
    }
}
