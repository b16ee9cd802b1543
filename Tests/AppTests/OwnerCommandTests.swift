import JSON
import Loyalty
import Testing

@testable import App
@testable import Configuration

/// What goes over the control socket, and what a person or a script reads of it.
@Suite struct OwnerCommandTests {
    private static let hash = PasswordHash(text: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA")

    private static let users: [UserSelector] =
        ["anna", "a\0b", "7", "id:7", String(repeating: "\u{1}", count: 256)].map { .login(try! Login($0)) }
        + [1, 7, .max].compactMap { UserSelector(id: Int64($0)) }

    private static let commands: [OwnerCommand] =
        users.flatMap { user in
            [
                .user(user), .setPassword(user, hash), .setEnabled(user, true), .setEnabled(user, false),
                .deleteUser(user), .orders(of: user, status: .invalid, before: 7, limit: OwnerCommand.pageMax),
                .adjust(user, points: Points(hundredths: -1), reason: "why"),
            ]
        } + [
            .backup(file: "/a \"b\"\n"), .check, .users(after: 0), .users(after: .max),
            .addUser(login: "an\u{7}na", hash),
            .orders(of: nil, status: nil, before: .max, limit: 1), .order(number: "18"),
            .refund(order: "18", reason: ""), .pool,
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
        #"{"command":"user"}"#, #"{"command":"user","login":""}"#, #"{"command":"user","id":0}"#,
        #"{"command":"user","id":-1}"#, #"{"command":"user","id":1.5}"#, #"{"command":"user","id":"7"}"#,
        #"{"command":"user","id":9223372036854775808}"#, #"{"command":"user","id":null}"#,
        #"{"command":"user","login":"anna","id":7}"#, #"{"command":"delete_user","login":"anna","id":null}"#,
        #"{"command":"set_enabled","id":0,"enabled":true}"#, #"{"command":"orders","before":1,"limit":9,"login":1}"#,
        #"{"command":"orders","before":1,"limit":9,"id":0}"#, #"{"command":"orders","before":1,"limit":9,"login":""}"#,
        #"{"command":"orders","before":1,"limit":9,"login":"anna","id":7}"#,
        #"{"command":"adjust","id":"7","hundredths":1,"reason":"why"}"#,
        #"{"command":"user","login":"\#(String(repeating: "a", count: 257))"}"#,
        #"{"command":"adjust","login":"anna","hundredths":99999999999999999999,"reason":"why"}"#,
    ])
    func whatIsNoCommandIsRefused(line: String) {
        #expect(OwnerCommand(line: line.utf8) == nil)
    }

    /// A server of version 0.1 overlooks the id of `orders` and would list everybody's; it refuses a command that it
    /// does not know.
    @Test func ordersOfAnIDAreACommandThatOldServersRefuse() throws {
        for (user, name) in [
            (nil, "orders"), (UserSelector.login(try Login("anna")), "orders"), (UserSelector(id: 7), "orders_of_id"),
        ] {
            let line = OwnerCommand.orders(of: user, status: nil, before: 1, limit: 1).line(by: "anna")
            #expect(try JSONParser.parse(line).object?["command"]?.string == name)
        }
        #expect(OwnerCommand(line: #"{"command":"orders_of_id","before":1,"limit":9}"#.utf8) == nil)
        // Versions between have another name for it.
        let between = try #require(OwnerCommand(line: #"{"command":"orders","id":7,"before":1,"limit":9}"#.utf8))
        #expect(between == .orders(of: UserSelector(id: 7), status: nil, before: 1, limit: 9))
    }

    /// A login may be any text, and so only the flag names an id.
    @Test(arguments: [
        (["show", "anna"], "user show anna"), (["show", "id:7"], "user show id:7"), (["show", "7"], "user show 7"),
        (["show", "--user-id", "7"], "user show with the id 7"),
        (["disable", "--user-id=9223372036854775807"], "user disable with the id 9223372036854775807"),
        (["enable", "--user-id", "7", "--json"], "user enable with the id 7"),
        (["delete", "--yes", "--user-id", "7"], "user delete with the id 7"),
    ])
    func anIDTakesThePlaceOfALogin(arguments: [String], summary: String) throws {
        #expect(try request(["user"] + arguments).command.summary == summary)
    }

    @Test func pointsAndOrdersAreOfAUserWithAnID() throws {
        let seven = UserSelector(id: 7)
        for arguments in [["+5", "--user-id", "7"], ["--user-id", "7", "+5"]] {
            let command = try request(["adjust", "--reason", "why"] + arguments).command
            #expect(command == seven.map { .adjust($0, points: Points(hundredths: 500), reason: "why") })
        }
        let orders = try request(["order", "list", "--user-id", "7"])
        #expect(orders.command == .orders(of: seven, status: nil, before: .max, limit: 50))
        let next = orders.command(after: orders.command, next: 90, taken: 20)
        #expect(next == .orders(of: seven, status: nil, before: 90, limit: 30))
    }

    @Test(arguments: [
        "", "0", "-1", "+7", "07", " 7", "7 ", "1.0", "1e3", "0x7", "anna", "\u{667}", "9223372036854775808", "7\n",
    ])
    func whatIsNoIDIsMisuse(id: String) throws {
        for arguments in [["user", "show"], ["user", "reset-password", "--generate"], ["order", "list"]] {
            do throws(OwnerConsole.Refusal) {
                _ = try request(arguments + ["--user-id", id])
                Issue.record("\(arguments)")
            } catch {
                #expect(error.status == ExitStatus.usage && error.reason.hasPrefix("--user-id is"), "\(error)")
            }
        }
    }

    @Test func aLoginThatNoUserCanHaveIsOfNoUser() throws {
        for arguments in [["user", "show"], ["user", "delete", "--yes"], ["order", "list", "--user"]] {
            for login in ["", String(repeating: "a", count: 257)] {
                do throws(OwnerConsole.Refusal) {
                    _ = try request(arguments + [login])
                    Issue.record("\(arguments)")
                } catch {
                    #expect(error.status == ExitStatus.notFound, "\(error)")
                }
            }
        }
        do throws(OwnerConsole.Refusal) {
            _ = try request(["order", "list", "--user", "anna", "--user-id", "7"])
            Issue.record("both were taken")
        } catch {
            #expect(error.status == ExitStatus.usage)
        }
    }

    private func request(_ arguments: [String]) throws(OwnerConsole.Refusal) -> OwnerRequest {
        guard case .run(let invocation) = Invocation.parse(arguments) else {
            throw .init(status: ExitStatus.software, reason: "the arguments are no command")
        }
        return try OwnerRequest(invocation, Configuration())
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
