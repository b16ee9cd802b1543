import EndToEndSupport
import Foundation
import Posix
import TestSupport
import Testing

/// The clients of the handbook go from registering to spending, each in its own language. They get past a 503, a lost
/// connection, a restart of the server and the end of their session.
struct ClientExampleTests {
    @Test func curl() throws { try follow(.curl) }

    @Test(.enabled(if: ClientExample.javaScript.isInstalled, "node is not installed"))
    func javaScript() throws { try follow(.javaScript) }

    @Test(.enabled(if: ClientExample.python.isInstalled, "python3 is not installed"))
    func python() throws { try follow(.python) }

    @Test(.enabled(if: ClientExample.go.isInstalled, "neither gccgo nor go is installed"))
    func go() throws { try follow(.go) }

    @Test(.enabled(if: ClientExample.java.isInstalled, "no JDK is installed"))
    func java() throws { try follow(.java) }

    private static let (order, purchase, taken) = (orderNumber(700), orderNumber(500), orderNumber(18))
    private static let spent = "PROCESSED\n234367.89 points are left, 1000200 are spent\n"

    private func follow(_ example: ClientExample) throws {
        let folder = try Folder()
        let commands = try example.prepared(in: folder)
        try expectUsage(of: commands)
        let environment = [
            "MARTLET_DISPATCHER_RETRY_DELAY_MIN_MS": "50", "MARTLET_DISPATCHER_RETRY_DELAY_MAX_MS": "50",
        ]
        let door = try ListeningSocket(on: Endpoint(address: [127, 0, 0, 1], port: 0))
        let address = door.endpoint
        func run(_ order: String, _ purchase: String, _ points: String, password: String = "secret") throws -> Server {
            try commands.run(["http://\(address)", "anna", order, purchase, points], password: password)
        }
        let client = try run(Self.order, Self.purchase, "1000200")
        let refused = try meet(at: door, answering: "HTTP/1.1 503 \r\nRetry-After: 2\r\nConnection: close\r\n\r\n")
        let comesAgain = try meet(at: door, answering: "")
        #expect(comesAgain.timeIntervalSince(refused) > 1.9, "it waits as long as Retry-After says")
        close(door)

        var server = try started(in: folder, at: address, environment)
        let other = try server.client()
        try other.register("other")
        #expect(try other.send("POST", "/api/user/orders", Self.taken).status == 202)
        try eventually("it follows the events; it said: \(client.logText)") { try follows(server) }

        try end(server, andSessionsOf: "anna")
        server = try started(in: folder, at: address, environment)
        try eventually("it signs in and follows again; it said: \(client.logText)") { try follows(server) }
        #expect(try answers(server, "401") >= 1)
        try grant(1_234_567.89, for: Self.order, by: server)
        #expect(try client.waitForEnd() == 0, "\(client.logText)")
        #expect(client.outputText == Self.spent)

        let again = try run(Self.order, Self.purchase, "1000200")
        #expect(try again.waitForEnd() == 0, "\(again.logText)")
        #expect(again.outputText == Self.spent, "nothing is done twice")
        for (client, status) in [
            (try run(Self.taken, Self.purchase, "1"), "409"), (try run("12", Self.purchase, "1"), "422"),
            (try run(Self.order, Self.taken, "234367.9"), "402"), (try run(Self.order, Self.purchase, "1"), "409"),
            (try run(Self.order, Self.purchase, "1000200", password: "wrong"), "401"),
        ] {
            #expect(try client.waitForEnd() > 0, "\(status) ends it")
            #expect(client.logText.contains(status), "\(status): \(client.logText)")
        }
        let customer = try server.client()
        let login = try customer.send("POST", "/api/user/login", #"{"login":"anna","password":"secret"}"#)
        customer.authorization = login["Authorization"]
        #expect(
            try customer.send("GET", "/api/user/balance").text == #"{"current":234367.89,"withdrawn":1000200}"#)
    }

    private func expectUsage(of commands: ClientExample.Program) throws {
        let misused = try commands.run([], password: "secret")
        #expect(try misused.waitForEnd() > 0)
        #expect(misused.logText.contains("usage: PASSWORD="), "\(misused.logText)")
    }

    private func follows(_ server: Server) throws -> Bool { try server.metrics().sum("martlet_event_streams") == 1 }

    private func answers(_ server: Server, _ status: String) throws -> Double {
        try server.metrics().sum("martlet_http_requests_total", ["listener": "customers", "status": status]) ?? 0
    }

    /// Waits for the next connection, reads its request, sends the answer and closes it. Returns when it came.
    private func meet(at door: borrowing ListeningSocket, answering answer: String) throws -> Date {
        guard try door.waitUntilReadable(milliseconds: 30_000), let accepted = try door.accept() else {
            throw TestFailure("no client comes")
        }
        let time = Date()
        let socket = accepted.takeSocket()
        var received = ""
        var buffer = [UInt8](repeating: 0, count: 4096)
        // A connection that is closed before its bytes are read loses the answer.
        while !received.contains("secret") {
            guard try socket.waitUntilReadable(milliseconds: 30_000),
                case .bytes(let count) = try socket.receive(into: &buffer)
            else { throw TestFailure("not a whole request: \(received)") }
            received += String(decoding: buffer[..<count], as: UTF8.self)
        }
        if !answer.isEmpty { _ = try socket.send(Array(answer.utf8), from: 0) }
        return time
    }

    private func close(_ door: consuming ListeningSocket) {}

    private func started(in folder: Folder, at address: Endpoint, _ environment: [String: String]) throws -> Server {
        try Server.serving(in: folder, environment: environment.merging(["RUN_ADDRESS": "\(address)"]) { $1 })
    }

    /// Stops the server, and ends all sessions of a user.
    private func end(_ server: Server, andSessionsOf login: String) throws {
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0, "\(server.logText)")
        for verb in ["disable", "enable"] {
            let command = try Server(in: server.folder, arguments: ["user", verb, login])
            #expect(try command.waitForEnd() == 0, "\(command.logText)")
        }
    }

    /// Lets an order earn points by a rule of the built-in accrual system.
    private func grant(_ points: Double, for order: String, by server: Server) throws {
        let accrual = try server.accrualClient()
        let rule = #"{"match":"Kettle","reward":\#(points),"reward_type":"pt"}"#
        #expect(try accrual.send("POST", "/api/goods", rule).status == 200)
        let receipt = #"{"order":"\#(order)","goods":[{"description":"Kettle","price":1}]}"#
        #expect(try accrual.send("POST", "/api/orders", receipt).status == 202)
    }
}
