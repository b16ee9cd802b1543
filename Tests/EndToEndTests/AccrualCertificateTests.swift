import EndToEndSupport
import Foundation
import Posix
import TestSupport
import Testing

/// The accrual system speaks TLS, and a private authority has issued its certificate.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")), .serialized)
struct AccrualCertificateTests {
    private static let openssl = "/usr/bin/openssl"

    private let folder: Folder
    private let order = orderNumber(1)

    /// Makes an authority and an accrual system that knows one order.
    init() throws {
        folder = try Folder()
        try run(
            "req", "-x509", "-days", "30", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Private",
            by: Self.newKey)
        let orders = folder.file("api/orders")
        try FileManager.default.createDirectory(atPath: orders, withIntermediateDirectories: true)
        let body = #"{"order":"\#(order)","status":"PROCESSED","accrual":7}"#
        try folder.write(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)",
            to: "api/orders/\(order)")
    }

    private static let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

    private func run(_ arguments: String..., by more: [String] = []) throws {
        let openssl = try Server(in: folder, arguments: arguments + more, executable: Self.openssl)
        guard try openssl.waitForEnd() == 0 else { throw TestFailure("openssl \(arguments): \(openssl.logText)") }
    }

    /// Starts an accrual system with a certificate of the authority for one host, and returns it with its address.
    private func serve(host: String, days: Int) throws -> (server: Server, address: String) {
        try folder.write("subjectAltName=\(host)\n", to: "names.txt")
        try run("req", "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=accrual", by: Self.newKey)
        try run(
            "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days",
            "\(days)",
            "-extfile", "names.txt", "-out", "server.pem")
        // With -HTTP, a request gets the file of its path as the whole response (openssl-s_server(1)).
        let server = try Server(
            in: folder,
            arguments: ["s_server", "-HTTP", "-accept", "127.0.0.1:0", "-cert", "server.pem", "-key", "server.key"],
            executable: Self.openssl)
        var port: Substring?
        try eventually("it listens: \(server.outputText) \(server.logText)") {
            port = server.outputText.firstMatch(of: /ACCEPT 127\.0\.0\.1:(\d+)\n/)?.1
            return port != nil
        }
        return (server, "https://127.0.0.1:\(port ?? "")")
    }

    /// Starts a shop that asks at an address, with one order that waits.
    private func shop(_ address: String, _ environment: [String: String]) throws -> (server: Server, client: Client) {
        let server = try Server.serving(
            in: try Folder(), accrual: address,
            environment: MisbehavingAccrualTests.hurried
                .merging(["MARTLET_DISPATCHER_REQUEST_TIMEOUT_MS": "5000"]) { $1 }.merging(environment) { $1 })
        let client = try server.client()
        try client.register("anna")
        #expect(try client.send("POST", "/api/user/orders", order).status == 202)
        return (server, client)
    }

    @Test(arguments: ["MARTLET_ACCRUAL_CA_FILE", "SSL_CERT_FILE"])
    func aPrivateAuthorityIsTrustedIfItIsNamed(variable: String) throws {
        let accrual = try serve(host: "IP:127.0.0.1", days: 30)
        let (server, client) = try shop(accrual.address, [variable: folder.file("ca.pem")])
        try eventually("it is credited: \(server.logText)") {
            try client.send("GET", "/api/user/balance").text == #"{"current":7,"withdrawn":0}"#
        }
        withExtendedLifetime(accrual.server) {}
    }

    struct Fault: Sendable {
        let host: String
        let days: Int
        let isAuthorityNamed: Bool
        /// Words of the log line about it.
        let reasons: [String]
    }

    private static let faults = [
        Fault(host: "IP:127.0.0.1", days: 30, isAuthorityNamed: false, reasons: ["issuer", "accrual.ca_file"]),
        Fault(host: "IP:127.0.0.1", days: -1, isAuthorityNamed: true, reasons: ["certificate has expired"]),
        Fault(
            host: "DNS:elsewhere.test", days: 30, isAuthorityNamed: true,
            reasons: ["no alternative certificate subject name", "127.0.0.1"]),
    ]

    @Test(arguments: faults.indices) func theLogNamesTheFaultOfACertificate(index: Int) throws {
        let fault = Self.faults[index]
        let accrual = try serve(host: fault.host, days: fault.days)
        let environment = fault.isAuthorityNamed ? ["MARTLET_ACCRUAL_CA_FILE": folder.file("ca.pem")] : [:]
        let (server, client) = try shop(accrual.address, environment)
        try eventually("the log says it: \(server.logText)") {
            server.logText.split(separator: "\n").contains { line in fault.reasons.allSatisfy { line.contains($0) } }
        }
        #expect(try client.send("GET", "/api/user/balance").text == #"{"current":0,"withdrawn":0}"#)
        withExtendedLifetime(accrual.server) {}
    }
}
