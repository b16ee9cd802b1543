import EndToEndSupport
import Foundation
import JSON
import TestSupport
import Testing

/// The owner drops the unfinished orders of deleted users, which no answer of the accrual system comes for.
@Suite(.serialized)
struct DroppedOrderTests {
    private struct Ended {
        let status: Int32
        let output: String
        let log: String

        var json: JSONObject? { try? JSONParser.parse(Array(output.utf8)).object }
    }

    private static let environment = [
        "MARTLET_DISPATCHER_REQUEST_TIMEOUT_MS": "200", "MARTLET_DISPATCHER_INTERVAL_MS": "50",
        "MARTLET_DISPATCHER_RETRY_DELAY_MIN_MS": "50", "MARTLET_DISPATCHER_RETRY_DELAY_MAX_MS": "200",
    ]

    private func run(_ arguments: String..., in folder: Folder) throws -> Ended {
        let command = try Server(in: folder, arguments: arguments)
        return Ended(status: try command.waitForEnd(), output: command.outputText, log: command.logText)
    }

    private func upload(_ numbers: [String], _ client: Client) throws {
        for number in numbers { #expect(try client.send("POST", "/api/user/orders", number).status == 202) }
    }

    private func users(inPoolOf folder: Folder) throws -> String? {
        try run("pool", "--json", in: folder).json?["users"]?.number?.literal
    }

    private func status(of number: String, in folder: Folder) throws -> String? {
        try run("order", "show", number, "--json", in: folder).json?["upload"]?.object?["status"]?.string
    }

    private func expectDropNeedsBothOptions(in folder: Folder) throws {
        for arguments in [["order", "drop", "--yes"], ["order", "drop", "--deleted"]] {
            let refused = try Server(in: folder, arguments: arguments)
            #expect(try refused.waitForEnd() == 64)
            #expect(refused.logText.contains(arguments.contains("--yes") ? "--deleted is missing" : "--yes"))
        }
    }

    /// Waits until the server asks about `kept` alone: the request in flight ends within its time-out.
    ///
    /// - Returns: the number of questions about each order of `gone`, which no longer grows.
    private func questionsUntilOnlyOne(
        _ kept: String, isAskedAbout accrual: AccrualServer, by server: Server, without gone: [String]
    ) throws -> [Int] {
        let askedBefore = accrual.asked(kept).count
        try eventually("a question that began after that ends: \(server.logText)") {
            accrual.asked(kept).count >= askedBefore + 2
        }
        let asked = gone.map { accrual.asked($0).count }
        let askedSoFar = accrual.asked(kept).count
        try eventually("the other order is asked about again and again") {
            accrual.asked(kept).count >= askedSoFar + 3
        }
        #expect(gone.map { accrual.asked($0).count } == asked)
        return asked
    }

    @Test(.controlSocket) func aRunningServerForgetsDroppedOrdersAtOnce() throws {
        let folder = try Folder()
        let accrual = try AccrualServer(otherwise: { _ in
            AccrualServer.Answer(status: "200 OK", delivery: .never)
        })
        var server = try Server.serving(in: folder, accrual: accrual.address, environment: Self.environment)
        let gone = (1...300).map { orderNumber($0) }
        let kept = orderNumber(1000)
        let leaver = try server.client()
        try leaver.register("leaver")
        try upload(gone, leaver)
        var anna = try server.client()
        try anna.register("anna")
        try upload([kept], anna)
        try eventually("both are asked about: \(server.logText)") {
            !accrual.asked(kept).isEmpty && gone.contains { !accrual.asked($0).isEmpty }
        }
        try expectDropNeedsBothOptions(in: folder)
        let early = try run("order", "drop", "--deleted", "--yes", in: folder)
        #expect(early.status == 0 && early.output.contains("nothing was changed"), "no user is deleted: \(early)")
        #expect(try run("user", "delete", "leaver", "--yes", in: folder).status == 0)
        #expect(try users(inPoolOf: folder) == "2")

        let dropped = try run("order", "drop", "--deleted", "--yes", "--json", in: folder)
        #expect(dropped.status == 0 && dropped.output == "{\"dropped\":300}\n", "\(dropped)")
        // A read of the database that was under way may still have the user.
        try eventually("a server forgets them without an answer") { try users(inPoolOf: folder) == "1" }
        #expect(server.logText.contains("300 orders of deleted users were dropped"))
        #expect(try status(of: gone[0], in: folder) == "INVALID")
        #expect(try status(of: kept, in: folder) == "NEW")

        let asked = try questionsUntilOnlyOne(kept, isAskedAbout: accrual, by: server, without: gone)

        // An answer that the accrual system has after all credits the other order alone, also after a restart.
        for number in gone + [kept] { accrual.answer(number, with: [.known(number, "PROCESSED", accrual: "5")]) }
        server.killAtOnce()
        server = try Server.serving(in: folder, accrual: accrual.address, environment: Self.environment)
        anna = try anna.reconnected(to: server)
        try eventually("it is credited: \(server.logText)") {
            try anna.send("GET", "/api/user/balance").text == #"{"current":5,"withdrawn":0}"#
        }
        #expect(gone.map { accrual.asked($0).count } == asked)
        #expect(try anna.send("POST", "/api/user/orders", gone[0]).status == 409, "the number stays taken")
        #expect(try status(of: gone[299], in: folder) == "INVALID")
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        try KillTests.expectCheckPasses(folder)
    }

    @Test func commandsWorkOnAFileWithoutAServer() throws {
        let folder = try Folder()
        let accrual = try AccrualServer()
        let server = try Server.serving(in: folder, accrual: accrual.address, environment: Self.environment)
        let client = try server.client()
        try client.register("leaver")
        try upload([orderNumber(1), orderNumber(2)], client)
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        #expect(try run("user", "delete", "leaver", "--yes", in: folder).status == 0)
        let unconfirmed = try run("order", "drop", "--deleted", in: folder)
        #expect(unconfirmed.status == 64 && unconfirmed.log.contains("--yes"))
        let dropped = try run("order", "drop", "--deleted", "--yes", in: folder)
        #expect(dropped.output == "2 orders of deleted users were dropped; the numbers stay taken\n", "\(dropped)")
        let again = try run("order", "drop", "--deleted", "--yes", "--json", in: folder)
        #expect(again.status == 0 && again.output == "{\"dropped\":0}\n", "\(again)")
        #expect(try status(of: orderNumber(2), in: folder) == "INVALID")
        try KillTests.expectCheckPasses(folder)
        #expect(try run("order", "drop", "--deleted", "--yes", "-d", folder.file("none.db"), in: folder).status == 69)
    }
}
