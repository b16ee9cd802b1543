import EndToEndSupport
import Foundation
import JSON
import Posix
import TestSupport
import Testing

/// The page about several servers on PostgreSQL shows configurations that work.
@Suite(.enabled(if: PostgreSQLServer.isInstalled), .serialized) struct PostgresHandbookTests {
    private static let haproxy = "/usr/sbin/haproxy"
    private static let hasHAProxy = FileManager.default.isExecutableFile(atPath: haproxy)

    private static func serve(
        in folder: Folder, on address: String, environment: [String: String] = [:]
    ) throws -> Server {
        try Server.serving(in: folder, environment: ["DATABASE_URI": address].merging(environment) { $1 })
    }

    private static func makeDatabase() throws -> String {
        let server = try PostgreSQLServer.shared.get()
        return server.address(of: try server.makeDatabase())
    }

    @Test func theConfigurationOfAnInstanceApplies() throws {
        let folder = try Folder()
        let text = try Handbook().block("instance")
        try folder.write(text, to: "instance.json")
        let martlet = try Server(in: folder, arguments: ["config", "--config", "instance.json"])
        #expect(try martlet.waitForEnd() == 0, "\(martlet.logText)")
        let shown = try #require(try JSONParser.parse(Array(text.utf8)[...]).object)
        let inForce = try #require(try JSONParser.parse(Array(martlet.outputText.utf8)[...]).object)
        for key in ["run_address", "admin_address", "trusted_proxies"] { #expect(inForce[key] == shown[key], "\(key)") }
    }

    /// One of two instances is killed, and no client notices.
    @Test(.enabled(if: hasHAProxy)) func clientsOfTheBalancerDoNotNoticeAKilledInstance() throws {
        let (folder, otherFolder) = (try Folder(), try Folder())
        let address = try Self.makeDatabase()
        let trust = ["MARTLET_TRUSTED_PROXIES": "127.0.0.1"]
        let first = try Self.serve(in: folder, on: address, environment: trust)
        let second = try Self.serve(in: otherFolder, on: address, environment: trust)
        let endpoint = try ListeningSocket(on: Endpoint(address: [127, 0, 0, 1], port: 0)).endpoint
        var text = try Handbook().block("balancer").replacing(
            "bind :443 ssl crt /etc/haproxy/shop.pem", with: "bind \(endpoint)")
        for (shown, server) in [("192.0.2.11:8080", first), ("192.0.2.12:8080", second)] {
            #expect(text.contains(shown))
            text = text.replacing(shown, with: "\(try server.endpoint()) port \(try server.adminEndpoint().port)")
        }
        try folder.write(text + "\n", to: "haproxy.cfg")
        let proxy = try Server(in: folder, arguments: ["-db", "-f", "haproxy.cfg"], executable: Self.haproxy)
        var client: Client?
        try eventually("HAProxy listens: \(proxy.logText)") {
            client = try? Client(endpoint: endpoint)
            return client != nil
        }
        let registered = try #require(client).send(
            "POST", "/api/user/register", #"{"login":"anna","password":"secret"}"#)
        #expect(registered.status == 200, "\(registered)")
        func read(times count: Int) throws {
            for _ in 0..<count {
                let client = try Client(endpoint: endpoint)
                client.authorization = registered["Authorization"]
                let answer = try client.send("GET", "/api/user/balance")
                #expect(answer.status == 200, "\(answer)")
            }
        }
        try read(times: 10)
        second.killAtOnce()
        try read(times: 20)
        #expect(first.isRunning)
    }

    /// The names of the metrics that a server on PostgreSQL has.
    static func metricNames() throws -> Set<String> {
        Set(try serve(in: Folder(), on: makeDatabase()).metrics().names)
    }
}
