import EndToEndSupport
import Foundation
import Posix
import TestSupport
import Testing

/// One client that tries to stop the others.
@Suite(.serialized)
struct AttackTests {
    private func ready(_ server: Server) throws -> Client.Answer {
        try Client(endpoint: server.adminEndpoint()).send("GET", "/readyz")
    }

    /// The value of a counter of the customers' listener.
    private func count(_ name: String, _ server: Server) throws -> Double? {
        let answer = try Client(endpoint: server.adminEndpoint()).send("GET", "/metrics")
        return try MetricsPage(answer.text).sum(name, ["listener": "customers"])
    }

    private func idle(_ count: Int, _ server: Server) throws -> [Client] {
        try (0..<count).map { _ in
            let client = try server.client()
            #expect(try client.send("GET", "/api/user/balance").status == 401)
            return client
        }
    }

    /// A kilobyte that unpacks to a megabyte of JSON, 64 times on each of 44 connections: the server unpacks none of
    /// it.
    @Test func packedMegabytesOfJSONAreNotRead() throws {
        let server = try Server.serving(in: try Folder())
        let text = Array(#"{"x":[\#(String(repeating: #""","#, count: 349_500))""]}"#.utf8)
        let bomb = try shell("gzip -9c", input: text)
        #expect(bomb.count < 1_200 && text.count > 1_000_000)
        let attackers = try (0..<44).map { _ in try server.client() }
        for attacker in attackers {
            let request = attacker.request("POST", "/api/user/login", bomb, fields: ["Content-Encoding: gzip"])
            try attacker.write([[UInt8]](repeating: request, count: 64).flatMap { $0 })
        }
        let other = try server.client()
        try other.register("anna")
        for attacker in attackers {
            for _ in 0..<64 {
                let answer = try attacker.answer()
                #expect(answer.status == 413)
                #expect(answer.text.contains("more than 8192 bytes"))
            }
        }
        #expect(try server.peakMemoryKiB() < 128 * 1024)
    }

    /// By default one address may have an eighth of all connections, and its next connection replaces an idle one.
    @Test func oneAddressLeavesRoom() throws {
        let server = try Server.serving(in: try Folder(), environment: ["MARTLET_HTTP_CONNECTIONS_MAX": "32"])
        var clients = try idle(20, server)
        #expect(try ready(server).status == 200)
        #expect(try count("martlet_http_connections", server) == 4)
        #expect(try count("martlet_http_connections_closed_for_others_total", server) == 16)
        #expect(try count("martlet_http_connections_refused_total", server) == 0)
        #expect(try clients.removeLast().send("GET", "/api/user/balance").status == 401)
        #expect(try clients.removeFirst().isAtEnd())
    }

    @Test func readinessTellsThatAllConnectionsAreTaken() throws {
        let server = try Server.serving(
            in: try Folder(),
            environment: ["MARTLET_HTTP_CONNECTIONS_MAX": "8", "MARTLET_HTTP_CONNECTIONS_PER_ADDRESS_MAX": "8"])
        var clients = try idle(7, server)
        #expect(try ready(server).status == 200)
        clients += try idle(1, server)
        let full = try ready(server)
        #expect(full.status == 503)
        #expect(full.text == "the customers listener has all of its 8 connections\n")
        clients.removeLast()
        try eventually("there is room again") { try ready(server).status == 200 }
    }

    /// A proxy's clients have as many requests in progress as connections, and the proxy as many connections as it
    /// needs.
    @Test func clientsOfATrustedProxyAreCountedSingly() throws {
        let server = try Server.serving(
            in: try Folder(),
            environment: ["MARTLET_TRUSTED_PROXIES": "127.0.0.1", "MARTLET_HTTP_CONNECTIONS_PER_ADDRESS_MAX": "2"])
        let first = try server.client()
        try first.register("anna")
        func follow(as address: String) throws -> (Client, status: Int) {
            let client = try server.client()
            client.authorization = first.authorization
            let fields = ["X-Forwarded-For: \(address)"]
            try client.write(client.request("GET", "/api/user/events", nil, fields: fields))
            return (client, try client.answer(hasBody: false).status)
        }
        var streams: [Client] = []
        for (address, status) in [
            ("192.0.2.1", 200), ("192.0.2.1", 200), ("192.0.2.1", 503), ("192.0.2.2", 200), ("192.0.2.2", 200),
            ("2001:db8::1", 200), ("2001:db8::ffff:1", 200), ("2001:db8::2", 503), ("2001:db8:0:1::", 200),
        ] {
            let stream = try follow(as: address)
            #expect(stream.status == status, "\(address)")
            streams.append(stream.0)
        }
        // The proxy's own connections are more than an address may have.
        #expect(try count("martlet_http_connections", server).map { $0 >= 10 } == true)
        streams.removeFirst()
        try eventually("the client has room again") { try follow(as: "192.0.2.1").status == 200 }
    }
}
