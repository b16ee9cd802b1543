import JSON
import Loyalty
import Testing

@testable import App

/// What goes over the control socket, and what a person or a script reads of it.
@Suite struct OwnerCommandTests {
    private static let hash = PasswordHash(text: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA")

    private static let commands: [OwnerCommand] = [
        .backup(file: "/a \"b\"\n"), .check, .users(after: 0), .users(after: .max), .user(login: "anna"),
        .addUser(login: "an\u{7}na", hash), .setPassword(login: "anna", hash), .setEnabled(login: "anna", true),
        .setEnabled(login: "anna", false), .deleteUser(login: "anna"),
        .orders(login: nil, status: nil, before: .max, limit: 1),
        .orders(login: "anna", status: .invalid, before: 7, limit: OwnerCommand.pageMax), .order(number: "18"),
        .adjust(login: "anna", points: Points(hundredths: -1), reason: "why"), .refund(order: "18", reason: ""), .pool,
        .statistics, .dropOrdersOfDeletedUsers,
    ]

    @Test(arguments: commands.indices) func aCommandIsALineAndBack(index: Int) {
        let command = Self.commands[index]
        let line = command.line(by: "anna")
        #expect(line.last == 0x0A && line.count { $0 == 0x0A } == 1)
        #expect(OwnerCommand(line: line.dropLast()) == command)
        #expect(!command.summary.contains("$argon2id$"))
    }

    @Test(arguments: [
        "", "{}", "[]", "nonsense", #"{"command":"nonsense"}"#, #"{"command":"backup","file":"relative"}"#,
        #"{"command":"users"}"#, #"{"command":"users","after":1.5}"#, #"{"command":"user","login":1}"#,
        #"{"command":"add_user","login":"anna","password_hash":"secret"}"#,
        #"{"command":"orders","before":1,"limit":0}"#, #"{"command":"orders","before":1,"limit":101}"#,
        #"{"command":"orders","before":1,"limit":9,"status":4}"#, #"{"command":"set_enabled","login":"anna"}"#,
        #"{"command":"adjust","login":"anna","hundredths":99999999999999999999,"reason":"why"}"#,
    ])
    func whatIsNoCommandIsRefused(line: String) {
        #expect(OwnerCommand(line: line.utf8) == nil)
    }

    @Test func aReplyIsALineAndBack() {
        let document = JSONObject(["login": .string("anna"), "current": .points(Points(hundredths: -5))])
        for reply in [
            OwnerReply.progress("copying"), .row(document), .done(.failure(1, "no")),
            .done(OwnerOutcome(status: 0, text: "", document: document, next: 7)),
        ] {
            #expect(OwnerReply(line: reply.line.dropLast()) == reply)
        }
        for line in ["", "{}", #"{"row":1}"#, #"{"status":99999999999,"text":""}"#] {
            #expect(OwnerReply(line: line.utf8) == nil, "\(line)")
        }
    }

    @Test(arguments: [
        ("+500", 50_000), ("-0.5", -50), ("+0.01", 1), ("-42.10", -4210), ("+92233720368547758.07", Int64.max),
        ("-92233720368547758.08", .min),
    ])
    func pointsHaveASign(text: String, hundredths: Int64) throws {
        #expect(try OwnerRequest.points(text).hundredths == hundredths)
    }

    @Test(arguments: [
        "", "+", "-", "5", "+0", "-0.00", "+0.001", "+1e3", "+-5", "--5", "+.5", "+05", "+5 ", "+92233720368547758.08",
    ])
    func whatIsNoNumberOfPointsIsRefused(text: String) {
        #expect(throws: OwnerConsole.Refusal.self) { try OwnerRequest.points(text) }
    }

    @Test func aTableIsAlignedAndNoCellSteersATerminal() {
        var table = TextTable()
        let rows = [("anna", 5), ("b\u{1B}[31m", 72_998)].map { login, points in
            JSONObject(["login": .string(login), "created_at": .null, "current": .points(Points(hundredths: points))])
        }
        #expect(
            table.lines(rows) == """
                LOGIN        CREATED AT  CURRENT
                anna         -              0.05
                b\\u{1B}[31m  -            729.98

                """)
        // The next page stands under the same columns.
        #expect(table.lines([rows[0]]) == "anna         -              0.05\n")
        #expect(
            TextTable.fields(JSONObject(["a_b": .bool(true), "orders": .object(["NEW": .integer(3)])])) == """
                a b         yes
                orders NEW  3

                """)
    }
}
