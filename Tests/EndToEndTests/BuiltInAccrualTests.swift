import EndToEndSupport
import Foundation
import JSON
import Posix
import TestSupport
import Testing

/// The accrual system of our own, beside the server and alone.
@Suite(.serialized)
struct BuiltInAccrualTests {
    private static let rule = #"{"match":"Bork","reward":10,"reward_type":"%"}"#

    private static func receipt(_ order: String, price: String = "7000") -> String {
        #"{"order":"\#(order)","goods":[{"description":"Чайник Bork","price":\#(price)}]}"#
    }

    /// Starts an accrual server on a free port.
    private func serving(
        in folder: Folder, arguments: [String] = ["accrual"], executable: String = Server.executable,
        environment: [String: String] = [:]
    ) throws -> Server {
        let server = try Server(
            in: folder, arguments: arguments + ["-a", "127.0.0.1:0"], environment: environment, executable: executable)
        _ = try server.endpoint()
        return server
    }

    @Test func aReceiptTurnsIntoPoints() throws {
        let server = try Server.serving(in: try Folder())
        let shop = try server.accrualClient()
        let client = try server.client()
        try client.register("user")
        let (order, early, free, unknown) = (orderNumber(1), orderNumber(2), orderNumber(3), orderNumber(4))
        // Uploaded before its receipt is there.
        #expect(try client.send("POST", "/api/user/orders", early).status == 202)
        #expect(try client.send("POST", "/api/user/orders", unknown).status == 202)
        #expect(try shop.send("POST", "/api/goods", Self.rule).status == 200)
        #expect(try shop.send("POST", "/api/orders", Self.receipt(order)).status == 202)
        #expect(try shop.send("POST", "/api/orders", Self.receipt(order)).status == 409)
        #expect(try shop.send("POST", "/api/orders", Self.receipt(early, price: "0.05")).status == 202)
        #expect(try shop.send("POST", "/api/orders", #"{"order":"\#(free)","goods":[]}"#).status == 202)
        #expect(try shop.send("GET", "/api/orders/\(order)").text.contains("REGISTERED"))
        for number in [order, free] { #expect(try client.send("POST", "/api/user/orders", number).status == 202) }
        try eventually("the points are there") {
            try client.send("GET", "/api/user/balance").text == #"{"current":700.01,"withdrawn":0}"#
        }
        try eventually("the order that earned nothing ends too") {
            try client.send("GET", "/api/user/orders").text.contains(
                #""number":"\#(free)","status":"PROCESSED","uploaded"#)
        }
        let list = try client.send("GET", "/api/user/orders").text
        #expect(list.contains(#""number":"\#(unknown)","status":"NEW""#))
        #expect(list.contains(#""number":"\#(early)","status":"PROCESSED","accrual":0.01"#))
        #expect(
            try shop.send("GET", "/api/orders/\(order)").text
                == #"{"order":"\#(order)","status":"PROCESSED","accrual":700}"#)
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        #expect(!FileManager.default.fileExists(atPath: server.folder.file("martlet.db-wal")))
    }

    /// Receipts and orders that were acknowledged with 202 or 200 survive a kill of either server, and final states
    /// stay final.
    @Test(arguments: [true, false])
    func killedItKeepsRulesAndReceipts(isAlone: Bool) throws {
        let folder = try Folder()
        func start() throws -> (Server, Client) {
            let server = try isAlone ? serving(in: folder) : Server.serving(in: folder)
            return (server, try isAlone ? server.client() : server.accrualClient())
        }
        var (server, shop) = try start()
        #expect(try shop.send("POST", "/api/goods", Self.rule).status == 200)
        #expect(try shop.send("POST", "/api/goods", #"{"match":"LG","reward":1,"reward_type":"pt"}"#).status == 200)
        #expect(try shop.send("DELETE", "/api/goods/LG").status == 204)
        var accepted: [String] = []
        for round in 0..<5 {
            for index in 0..<20 {
                let order = orderNumber(round * 100 + index)
                #expect(try shop.send("POST", "/api/orders", Self.receipt(order)).status == 202)
                accepted.append(order)
            }
            server.killAtOnce()
            (server, shop) = try start()
            for order in accepted {
                #expect(try shop.send("POST", "/api/orders", Self.receipt(order)).status == 409)
                #expect(
                    try shop.send("GET", "/api/orders/\(order)").text
                        == #"{"order":"\#(order)","status":"PROCESSED","accrual":700}"#)
            }
            #expect(
                try shop.send("GET", "/api/goods").text == #"[{"match":"Bork","reward":10,"reward_type":"%"}]"#)
        }
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        let name = isAlone ? "martlet-accrual.db" : "martlet.db"
        let check = try Server(in: folder, arguments: ["check", "-d", name])
        #expect(try check.waitForEnd() == 0 && check.outputText.contains("100 receipts"), "\(check.outputText)")
    }

    @Test func aLinkThatEndsInAccrualIsTheAccrualSystem() throws {
        let folder = try Folder()
        let link = folder.file("shop-accrual")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: Server.executable)
        let server = try serving(in: folder, arguments: [], executable: link)
        let shop = try server.client()
        #expect(try shop.send("GET", "/api/orders/\(orderNumber(1))").status == 204)
        #expect(try shop.send("GET", "/api/user/orders").status == 404)
        #expect(FileManager.default.fileExists(atPath: folder.file("martlet-accrual.db")))
    }

    /// One server asks the other over the network, as it asks any.
    @Test func anotherServerCanUseIt() throws {
        let folder = try Folder()
        let accrual = try serving(in: folder)
        let server = try Server.serving(in: folder, accrual: "\(try accrual.endpoint())")
        #expect(!server.logText.contains("built-in"))
        let shop = try accrual.client()
        let client = try server.client()
        try client.register("user")
        #expect(try shop.send("POST", "/api/goods", Self.rule).status == 200)
        #expect(try shop.send("POST", "/api/orders", Self.receipt(orderNumber(1), price: "0.1")).status == 202)
        #expect(try client.send("POST", "/api/user/orders", orderNumber(1)).status == 202)
        try eventually("the points are there") {
            try client.send("GET", "/api/user/balance").text == #"{"current":0.01,"withdrawn":0}"#
        }
    }

    @Test func theRequestLimitHolds() throws {
        let server = try Server.serving(
            in: try Folder(), environment: ["MARTLET_ACCRUAL_REQUESTS_PER_MINUTE": "3"])
        let shop = try server.accrualClient()
        for _ in 0..<3 { #expect(try shop.send("GET", "/api/orders/18").status == 204) }
        let refused = try shop.send("GET", "/api/orders/18")
        #expect(refused.status == 429 && refused.text == "No more than 3 requests per minute allowed")
        #expect(refused["Content-Type"] == "text/plain")
        #expect((1...60).contains(Int(refused["Retry-After"] ?? "") ?? 0))
        // The workers ask the built-in system directly, and such questions are not limited.
        #expect(try shop.send("POST", "/api/goods", Self.rule).status == 200)
        let client = try server.client()
        try client.register("user")
        for index in 1...5 {
            #expect(try shop.send("POST", "/api/orders", Self.receipt(orderNumber(index))).status == 202)
            #expect(try client.send("POST", "/api/user/orders", orderNumber(index)).status == 202)
        }
        try eventually("the points are there") {
            try client.send("GET", "/api/user/balance").text == #"{"current":3500,"withdrawn":0}"#
        }
    }

    /// The default port is optional, and customers are served without it; a configured port is required.
    @Test func aPortThatIsTakenIsAWarningOrAnError() throws {
        let folder = try Folder()
        // This test holds the port, or another program does.
        let holder = try? ListeningSocketBox(port: 8081)
        defer { withExtendedLifetime(holder) {} }
        let server = try Server(
            in: folder, arguments: ["-a", "127.0.0.1:0"], environment: ["DATABASE_URI": "first.db"])
        try server.client().register("user")
        #expect(
            server.logText.contains(#""level":"warning","message":"accrual.listen: localhost:8081: "#),
            "\(server.logText)")
        for address in ["localhost:8081", "\(try server.endpoint())"] {
            let second = try Server(
                in: folder, arguments: ["-a", "127.0.0.1:0"],
                environment: ["DATABASE_URI": "second.db", "MARTLET_ACCRUAL_LISTEN": address])
            #expect(try second.waitForEnd() == 69)
            #expect(second.logText.contains("accrual.listen: \(address): "), "\(second.logText)")
        }
    }

    private final class ListeningSocketBox {
        let socket: ListeningSocket

        init(port: UInt16) throws { socket = try ListeningSocket(on: Endpoint(address: [127, 0, 0, 1], port: port)) }
    }

    @Test func aFileOfAnotherKindIsRefused() throws {
        let folder = try Folder()
        try folder.write(String(repeating: "not a database\n", count: 100), to: "notes.txt")
        let server = try Server(in: folder, arguments: ["accrual", "-a", "127.0.0.1:0", "-d", "notes.txt"])
        #expect(try server.waitForEnd() == 69)
        #expect(server.logText.contains("is not a database"))
    }
}
