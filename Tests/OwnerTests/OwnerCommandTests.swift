import Foundation
import JSON
import Loyalty
import TestSupport
import Testing

@testable import CommandLine
@testable import Configuration
@testable import Owner

/// Operations and replies on the control socket, and the operations that command lines ask for.
@Suite struct OwnerCommandTests {
    static let hash = PasswordHash(text: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA")

    private static let users: [UserSelector] =
        ["anna", "a\0b", "7", "id:7", String(repeating: "\u{1}", count: 256)].map { .login(try! Login($0)) }
        + [1, 7, .max].compactMap { UserSelector(id: Int64($0)) }

    /// Examples of every operation.
    private static let operations: [any OwnerOperation & Equatable] =
        users.flatMap { user -> [any OwnerOperation & Equatable] in
            [
                UserShow(user: user), UserResetPassword(user: user, hash: hash),
                UserSetEnabled(user: user, isEnabled: true), UserSetEnabled(user: user, isEnabled: false),
                UserDelete(user: user),
                OrderList(user: user, status: .invalid, before: 7, limit: Int64(Page.rowsMax)),
                Adjust(user: user, points: Points(hundredths: -1), reason: "why"),
            ]
        } + ShopCommandTests.operations + [
            BackUp(file: "/a \"b\"\n"), Check(), Export(file: "/a", login: ""), Export(file: "/\n", login: "a\0"),
            UserList(after: 0), UserList(after: .max),
            UserAdd(login: "an\u{7}na", hash: hash), OrderList(user: nil, status: nil, before: .max, limit: 1),
            OrderShow(number: "18"), Refund(order: "18", reason: ""), Pool(), Stats(), OrderDrop(),
            RestoredState(),
        ]

    @Test(arguments: operations.indices) func anOperationIsWrittenAndReadAgain(index: Int) {
        let operation = Self.operations[index]
        let line = operation.line(by: "anna")
        #expect(line.last == 0x0A && line.count { $0 == 0x0A } == 1)
        #expect(OperationLine.operation(line.dropLast()).map { operation.isEqual(to: $0) } == true)
        #expect(OperationLine.author(line.dropLast()) == "anna")
        #expect(!operation.summary.contains("$argon2id$"))
    }

    /// The lines of version 0.2.0, so that a command and a server of different versions understand each other.
    @Test(
        arguments: [
            (BackUp(file: "/b"), #"{"command":"backup","by":"a","file":"/b"}"#),
            (Check(), #"{"command":"check","by":"a"}"#),
            (UserList(after: 7), #"{"command":"users","by":"a","after":7}"#),
            (UserShow(user: anna), #"{"command":"user","by":"a","login":"anna"}"#),
            (UserDelete(user: seven), #"{"command":"delete_user","by":"a","id":7}"#),
            (
                UserAdd(login: "x", hash: hash),
                #"{"command":"add_user","by":"a","login":"x","password_hash":"\#(hash.text)"}"#
            ),
            (
                UserResetPassword(user: seven, hash: hash),
                #"{"command":"set_password","by":"a","id":7,"password_hash":"\#(hash.text)"}"#
            ),
            (
                UserSetEnabled(user: seven, isEnabled: false),
                #"{"command":"set_enabled","by":"a","id":7,"enabled":false}"#
            ),
            (
                OrderList(user: nil, status: nil, before: 9, limit: 5),
                #"{"command":"orders","by":"a","status":null,"before":9,"limit":5}"#
            ),
            (
                OrderList(user: anna, status: .invalid, before: 9, limit: 5),
                #"{"command":"orders","by":"a","login":"anna","status":2,"before":9,"limit":5}"#
            ),
            (OrderShow(number: "18"), #"{"command":"order","by":"a","number":"18"}"#),
            (OrderDrop(), #"{"command":"drop_orders_of_deleted_users","by":"a"}"#),
            (
                Adjust(user: anna, points: Points(hundredths: -5), reason: "r"),
                #"{"command":"adjust","by":"a","login":"anna","hundredths":-5,"reason":"r"}"#
            ),
            (Refund(order: "18", reason: "r"), #"{"command":"refund","by":"a","number":"18","reason":"r"}"#),
            (Pool(), #"{"command":"pool","by":"a"}"#), (Stats(), #"{"command":"statistics","by":"a"}"#),
            (RestoredState(), #"{"command":"note_restored_state","by":"a"}"#),
        ] as [(any OwnerOperation, String)])
    func linesStayAsTheyWere(operation: any OwnerOperation, line: String) {
        #expect(String(decoding: operation.line(by: "a"), as: UTF8.self) == line + "\n")
    }

    /// Every operation has an example above, a name of its own, and is one that the server can do.
    @Test func everyOperationIsOfACommandAndHasAnExample() throws {
        let types = OwnerCommand.all.map { "\($0.operation)" }
        #expect(Set(types) == Set(Self.operations.map { "\(type(of: $0))" }))
        for (name, commands) in Dictionary(grouping: OwnerCommand.all, by: { $0.operation.wireName }) {
            #expect(Set(commands.map { "\($0.operation)" }).count == 1, "\(name)")
            #expect(
                commands.allSatisfy {
                    $0.operation is any StoreOperation.Type || $0.operation is any FileOperation.Type
                })
        }
        #expect(Set(OwnerCommand.all.map(\.command.name)).count == OwnerCommand.all.count)
    }

    /// A command that is not in the list does not exist, and its file would be dead.
    @Test func everyFileOfCommandsIsInTheList() throws {
        let folder = URL(filePath: RepositoryRoot.file("Sources/Owner/Commands"))
        let listed = Set(OwnerCommand.all.map { "\($0.operation)" })
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            for match in try String(contentsOf: file, encoding: .utf8).matches(
                of: /struct (\w+): (?:Store|File)Operation/)
            {
                #expect(listed.contains(String(match.1)), "\(file.lastPathComponent)")
            }
        }
    }

    /// A server of version 0.1 overlooks the id of `orders` and would list the orders of all users. It refuses a
    /// command that it does not know.
    @Test func ordersOfAnIDAreACommandThatOldServersRefuse() throws {
        for (user, name) in [(nil, "orders"), (Self.anna, "orders"), (Self.seven, "orders_of_id")] {
            let line = OrderList(user: user, status: nil, before: 1, limit: 1).line(by: "anna")
            #expect(try JSONParser.parse(line).object?["command"]?.string == name)
        }
        for line in [
            #"{"command":"orders_of_id","before":1,"limit":9}"#,
            #"{"command":"orders_of_id","login":"anna","before":1,"limit":9}"#,
        ] {
            #expect(OperationLine.operation(line.utf8) == nil)
        }
        // Versions between these have the name of other orders for it.
        let between = OperationLine.operation(#"{"command":"orders","id":7,"before":1,"limit":9}"#.utf8)
        #expect(between as? OrderList == OrderList(user: Self.seven, status: nil, before: 1, limit: 9))
    }

    private static let anna = UserSelector.login(try! Login("anna"))
    private static let seven = UserSelector(id: Int64(7))!

    @Test(arguments: [
        "", "{}", "[]", "nonsense", #"{"command":"nonsense"}"#, #"{"command":"backup","file":"relative"}"#,
        #"{"command":"export","file":"relative","login":""}"#, #"{"command":"export","file":"/a"}"#,
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
    func otherLinesAreRefused(line: String) {
        #expect(OperationLine.operation(line.utf8) == nil)
    }

    /// A login can be any text, so only the flag names an id.
    @Test(arguments: [
        (["show", "anna"], "user show anna"), (["show", "id:7"], "user show id:7"), (["show", "7"], "user show 7"),
        (["show", "--user-id", "7"], "user show with the id 7"),
        (["disable", "--user-id=9223372036854775807"], "user disable with the id 9223372036854775807"),
        (["enable", "--user-id", "7", "--json"], "user enable with the id 7"),
        (["delete", "--yes", "--user-id", "7"], "user delete with the id 7"),
    ])
    func anIDTakesThePlaceOfALogin(arguments: [String], summary: String) throws {
        #expect(try request(["user"] + arguments).operation.summary == summary)
    }

    @Test func adjustAndOrderListTakeAnID() throws {
        for arguments in [["+5", "--user-id", "7"], ["--user-id", "7", "+5"]] {
            let operation = try request(["adjust", "--reason", "why"] + arguments).operation
            let expected = Adjust(user: Self.seven, points: Points(hundredths: 500), reason: "why")
            #expect(operation as? Adjust == expected)
        }
        let orders = try request(["order", "list", "--user-id", "7"])
        #expect(orders.operation as? OrderList == OrderList(user: Self.seven, status: nil, before: .max, limit: 50))
        let next = orders.operation(after: orders.operation, next: 90, taken: 20)
        #expect(next as? OrderList == OrderList(user: Self.seven, status: nil, before: 90, limit: 30))
        #expect(orders.operation(after: orders.operation, next: 90, taken: 50) == nil)
        #expect(orders.operation(after: orders.operation, next: .max, taken: 20) == nil)
    }

    @Test(arguments: [
        "", "0", "-1", "+7", "07", " 7", "7 ", "1.0", "1e3", "0x7", "anna", "\u{667}", "9223372036854775808", "7\n",
    ])
    func otherIDsAreMisuse(id: String) throws {
        for arguments in [["user", "show"], ["user", "reset-password", "--generate"], ["order", "list"]] {
            do throws(Refusal) {
                _ = try request(arguments + ["--user-id", id])
                Issue.record("\(arguments)")
            } catch {
                #expect(error.status == ExitStatus.usage && error.reason.hasPrefix("--user-id must be"), "\(error)")
            }
        }
    }

    @Test func impossibleLoginsAreNotFound() throws {
        for arguments in [["user", "show"], ["user", "delete", "--yes"], ["order", "list", "--user"]] {
            for login in ["", String(repeating: "a", count: 257)] {
                do throws(Refusal) {
                    _ = try request(arguments + [login])
                    Issue.record("\(arguments)")
                } catch {
                    #expect(error.status == ExitStatus.notFound, "\(error)")
                }
            }
        }
        do throws(Refusal) {
            _ = try request(["order", "list", "--user", "anna", "--user-id", "7"])
            Issue.record("both were taken")
        } catch {
            #expect(error.status == ExitStatus.usage)
        }
    }

    private func request(_ arguments: [String]) throws(Refusal) -> OwnerRequest {
        let commands = OwnerCommand.all.map(\.command)
        let parser = CommandLineParser(CommandSet(commands, standard: commands[0], byExecutableName: commands[0]))
        guard case .run(let invocation) = parser.parse(arguments),
            let command = OwnerCommand.all.first(where: { $0.command == invocation.command })
        else { throw Refusal(status: ExitStatus.software, reason: "the arguments are no command") }
        return try command.request(invocation, Configuration())
    }

    @Test func aReplyIsWrittenAndReadAgain() {
        let document = JSONObject(["login": .string("anna"), "current": .points(Points(hundredths: -5))])
        for reply in [
            OwnerReply.progress("copying"), .row(document), .done(.failure(1, "no")),
            .done(CommandResult(status: 0, text: "", document: document, next: 7)),
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
    func numbersOfPointsNeedASign(text: String, hundredths: Int64) throws {
        #expect(try Adjust.points(text).hundredths == hundredths)
    }

    @Test(arguments: [
        "", "+", "-", "5", "+0", "-0.00", "+0.001", "+1e3", "+-5", "--5", "+.5", "+05", "+5 ", "+92233720368547758.08",
    ])
    func otherNumbersOfPointsAreRefused(text: String) {
        #expect(throws: Refusal.self) { try Adjust.points(text) }
    }
}

extension OwnerOperation where Self: Equatable {
    fileprivate func isEqual(to other: any OwnerOperation) -> Bool { other as? Self == self }
}

extension OwnerOperation {
    fileprivate static var wireName: String { wire.name }
}

extension OwnerCommand {
    /// The command, which is not run.
    fileprivate var command: Command { command(of: { _ in preconditionFailure("the command must not be run") }) }
}
