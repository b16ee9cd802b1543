import EndToEndSupport
import Posix
import TestSupport
import Testing

/// By which names the listeners other than the customers' are served, against DNS rebinding.
@Suite(.serialized)
struct HostTests {
    private func status(_ endpoint: Endpoint, _ path: String, host: String) throws -> Int {
        let client = try Client(endpoint: endpoint)
        try client.write(Array("GET \(path) HTTP/1.1\r\nHost: \(host)\r\n\r\n".utf8))
        let answer = try client.answer()
        if answer.status == 421 {
            #expect(answer.text.contains("allowed_hosts") && answer["Cache-Control"] == "no-store")
        }
        return answer.status
    }

    @Test func foreignNamesAreRefusedByAllListenersButTheCustomers() throws {
        let server = try Server.serving(
            in: try Folder(), environment: ["MARTLET_ALLOWED_HOSTS": "accrual, Metrics.Shop.example"])
        let accrual = try server.accrualClient().endpoint
        let admin = try server.adminEndpoint()
        try eventually("it is ready") { try status(admin, "/readyz", host: "localhost") == 200 }
        for (endpoint, path, served) in [
            (accrual, "/api/orders/18", 204), (admin, "/readyz", 200), (admin, "/metrics", 200),
            (try server.staffClient().endpoint, "/docs", 200),
        ] {
            for host in [
                "localhost:\(endpoint.port)", "127.0.0.1", "[::1]:8082", "10.1.2.3", "accrual:8081",
                "metrics.shop.example",
            ] {
                #expect(try status(endpoint, path, host: host) == served, "\(path) \(host)")
            }
            for host in ["evil.example", "evil.example:\(endpoint.port)", "localhost.evil.example", "martlet"] {
                #expect(try status(endpoint, path, host: host) == 421, "\(path) \(host)")
            }
        }
        #expect(try status(server.endpoint(), "/docs", host: "any.example") == 200)
        let old = try Client(endpoint: admin)
        try old.write(Array("GET /readyz HTTP/1.0\r\n\r\n".utf8))
        #expect(try old.answer().status == 200)
    }

    /// The host that the owner has it listen on is a name too.
    @Test func theHostOfAConfiguredAddressIsServed() throws {
        let server = try Server(
            in: try Folder(), arguments: ["accrual"],
            environment: ["RUN_ADDRESS": "127.0.0.1:0", "MARTLET_ADMIN_ADDRESS": "admin.test:1"])
        let endpoint = try server.endpoint()
        #expect(try status(endpoint, "/api/orders/18", host: "admin.test:1") == 204)
        #expect(try status(endpoint, "/api/orders/18", host: "evil.test:1") == 421)
    }

    @Test(arguments: ["accrual:8081", "a b", "", "a..b", "http://a", "a/", "*.example", "é.example"])
    func aNameThatIsNoHostIsRefused(name: String) throws {
        let server = try Server(
            in: try Folder(), arguments: ["config"], environment: ["MARTLET_ALLOWED_HOSTS": name])
        #expect(try server.waitForEnd() == (name.isEmpty ? 0 : 78))
        if !name.isEmpty { #expect(server.logText.contains("allowed_hosts must be host names such as accrual")) }
    }

    @Test func theHealthCheckStillAsks() throws {
        let folder = try Folder()
        let server = try Server.serving(in: folder)
        let environment = [
            "MARTLET_ADMIN_ADDRESS": "localhost:\(try server.adminEndpoint().port)",
            "DATABASE_URI": folder.file("martlet.db"),
        ]
        let check = try Server(in: folder, arguments: ["healthcheck"], environment: environment)
        #expect(try check.waitForEnd() == 0, "\(check.logText)")
    }
}
