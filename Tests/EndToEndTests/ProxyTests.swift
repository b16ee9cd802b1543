import EndToEndSupport
import Foundation
import Posix
import TestSupport
import Testing

/// The configurations of proxies in the handbook, with a client that invents addresses to guess from.
@Suite(.serialized)
struct ProxyTests {
    enum Program: String, CaseIterable {
        case nginx, haproxy, caddy

        var path: String {
            switch self {
            case .nginx, .haproxy: "/usr/sbin/\(rawValue)"
            case .caddy: "/usr/bin/caddy"
            }
        }

        static let installed = allCases.filter { FileManager.default.isExecutableFile(atPath: $0.path) }
    }

    private let folder: Folder
    private let server: Server
    private let shop: String

    init() throws {
        folder = try Folder()
        server = try Server.serving(in: folder, environment: ["MARTLET_TRUSTED_PROXIES": "127.0.0.1"])
        shop = "\(try server.endpoint())"
    }

    /// A port that was free a moment ago: none of the proxies says which one it has if it may choose.
    private static func freeEndpoint() throws -> Endpoint {
        try ListeningSocket(on: Endpoint(address: [127, 0, 0, 1], port: 0)).endpoint
    }

    /// Starts a proxy with the text of the handbook, and returns it with a client of it.
    private func start(
        _ program: Program, edit: (String) -> String = { $0 }
    ) throws -> (proxy: Server, client: Client) {
        let endpoint = try Self.freeEndpoint()
        let (text, arguments) = try configuration(of: program, listeningOn: endpoint)
        try folder.write(edit(text), to: "proxy.conf")
        let proxy = try Server(
            in: folder, arguments: arguments, environment: ["HOME": folder.path], executable: program.path)
        var client: Client?
        try eventually("\(program) listens: \(proxy.logText)") {
            client = try? Client(endpoint: endpoint)
            return client != nil
        }
        return (proxy, try #require(client))
    }

    private func configuration(
        of program: Program, listeningOn endpoint: Endpoint
    ) throws -> (text: String, arguments: [String]) {
        let block = try Handbook().block(program == .caddy ? "caddyfile" : program.rawValue)
        switch program {
        case .nginx:
            let folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "\($0)_temp_path \($0);" }
            let text = """
                daemon off; master_process off; pid nginx.pid; error_log stderr;
                events {}
                http {
                access_log off; \(folders.joined(separator: " "))
                server { listen \(endpoint);
                \(block.replacing("127.0.0.1:8080", with: shop))
                } }
                """
            return (text, ["-p", folder.path, "-c", "proxy.conf", "-e", "stderr"])
        case .haproxy:
            let text = """
                defaults
                	timeout connect 5s
                	timeout client 30s
                	timeout server 30s
                frontend shop
                	mode http
                	bind \(endpoint)
                	default_backend martlet
                \(block.replacing("127.0.0.1:8080", with: shop))

                """
            return (text, ["-db", "-f", "proxy.conf"])
        case .caddy:
            let text = """
                { 
                	admin off
                }
                \(block.replacing("shop.example", with: "http://\(endpoint)").replacing("localhost:8080", with: shop))

                """
            return (text, ["run", "--adapter", "caddyfile", "--config", "proxy.conf"])
        }
    }

    /// Guesses that the server checked, each from an invented address.
    private func guesses(_ client: Client, count: Int, forwarded: (Int) -> String) throws -> Int {
        try (0..<count).count { number in
            let answer = try client.send(
                "POST", "/api/user/login", #"{"login":"anna","password":"guess \#(number)"}"#,
                fields: ["X-Forwarded-For: \(forwarded(number))"])
            #expect([401, 429].contains(answer.status), "\(answer)")
            return answer.status == 401
        }
    }

    @Test(arguments: Program.installed)
    func inventedAddressesDoNotPassTheThrottle(_ program: Program) throws {
        let (proxy, client) = try start(program)
        try client.register("bert")
        client.authorization = nil
        let checked = try guesses(client, count: 60) { "198.51.\($0).7" }
        // By default, five failures of a login from one address are free.
        #expect((1...20).contains(checked), "\(checked) of 60 guesses: \(server.logText)")
        #expect(try guesses(client, count: 20) { "127.0.0.1, 198.51.100.\($0)" } <= 5, "the proxy's own address")
        #expect(!server.logText.contains("X-Forwarded-For"), "no warning: \(server.logText)")
        withExtendedLifetime(proxy) {}
    }

    /// It shows that the test above finds a proxy that passes the client's field on.
    @Test(.enabled(if: Program.installed.contains(.nginx)))
    func aProxyThatPassesTheFieldOnIsWarnedAbout() throws {
        let (proxy, client) = try start(.nginx) { text in
            text.replacing("X-Forwarded-For $remote_addr", with: "X-Forwarded-For $proxy_add_x_forwarded_for")
        }
        let checked = try guesses(client, count: 30) { "203.0.113.9, 198.51.\($0).7" }
        #expect(checked == 30)
        try eventually("the log warns: \(server.logText)") { server.logText.contains("X-Forwarded-For") }
        withExtendedLifetime(proxy) {}
    }

    @Test(arguments: Program.installed)
    func theSchemeOfTheClientArrives(_ program: Program) throws {
        let (proxy, client) = try start(program)
        let answer = try client.send(
            "POST", "/api/user/register", #"{"login":"anna","password":"secret"}"#, fields: ["X-Forwarded-Proto: https"]
        )
        #expect(answer.status == 200, "\(answer.text)")
        // The connection to the proxy is plain HTTP, whatever the client says.
        let cookies = answer.fields.filter { $0.name.lowercased() == "set-cookie" }
        #expect(!cookies.isEmpty && cookies.allSatisfy { !$0.value.contains("Secure") }, "\(cookies)")
        withExtendedLifetime(proxy) {}
    }
}
