import EndToEndSupport
import Foundation
import JSON
import Posix
import Synchronization
import TestSupport

/// Two instances on one database of PostgreSQL, and HAProxy before them with the configuration of the handbook.
final class BalancedShop {
    private static let haproxy = "/usr/sbin/haproxy"
    static let hasHAProxy = FileManager.default.isExecutableFile(atPath: haproxy)
    /// The addresses of the instances in the handbook.
    private static let shownAddresses = ["192.0.2.11:8080", "192.0.2.12:8080"]

    /// HAProxy's address.
    let endpoint: Endpoint
    private(set) var instances: [Server]
    private let databaseAddress: String
    private let proxy: Server

    /// - Parameter checkMilliseconds: the time between two of HAProxy's checks of an instance; `nil` for that of the
    ///   handbook.
    init(on databaseAddress: String, checkMilliseconds: Int? = nil) throws {
        let servers = try Self.shownAddresses.map { _ in try Self.serve(in: try Folder(), on: databaseAddress) }
        // HAProxy does not say which port it has if it may choose.
        let free = try ListeningSocket(on: Endpoint(address: [127, 0, 0, 1], port: 0)).endpoint
        var text = try Handbook().block("balancer")
        text = try Self.edit(text, "bind :443 ssl crt /etc/haproxy/shop.pem", "bind \(free)")
        for (shown, server) in zip(Self.shownAddresses, servers) {
            text = try Self.edit(text, shown, "\(try server.endpoint()) port \(try server.adminEndpoint().port)")
        }
        if let checkMilliseconds { text = try Self.edit(text, "inter 2s", "inter \(checkMilliseconds)ms") }
        let folder = try Folder()
        try folder.write(text + "\n", to: "haproxy.cfg")
        let haproxy = try Server(in: folder, arguments: ["-db", "-f", "haproxy.cfg"], executable: Self.haproxy)
        try eventually("HAProxy listens: \(haproxy.logText)") { (try? Client(endpoint: free)) != nil }
        self.databaseAddress = databaseAddress
        (endpoint, instances, proxy) = (free, servers, haproxy)
    }

    private static func edit(_ text: String, _ shown: String, _ replacement: String) throws -> String {
        guard text.contains(shown) else { throw TestFailure("the handbook does not show \(shown)") }
        return text.replacing(shown, with: replacement)
    }

    private static func serve(
        in folder: Folder, on databaseAddress: String, environment: [String: String] = [:]
    ) throws -> Server {
        let own = ["DATABASE_URI": databaseAddress, "MARTLET_TRUSTED_PROXIES": "127.0.0.1"]
        return try Server.serving(in: folder, environment: own.merging(environment) { $1 })
    }

    /// Stops an instance as systemd does, and starts it again on its addresses. Returns its exit status.
    func restart(_ index: Int) throws -> Int32 {
        let instance = instances[index]
        let addresses = [
            "RUN_ADDRESS": "\(try instance.endpoint())", "MARTLET_ADMIN_ADDRESS": "\(try instance.adminEndpoint())",
        ]
        instance.signal(SIGTERM)
        let status = try instance.waitForEnd()
        instances[index] = try Self.serve(in: instance.folder, on: databaseAddress, environment: addresses)
        return status
    }

    /// The number of requests for orders to which an instance has responded since its start.
    func orderRequestCount(of index: Int) throws -> Double {
        try instances[index].metrics().sum(
            "martlet_http_requests_total", ["listener": "customers", "route": "/api/user/orders"]) ?? 0
    }

    /// A request on a connection of its own.
    func send(_ method: String, _ path: String, authorization: String?) throws -> Client.Answer {
        let client = try Client(endpoint: endpoint)
        client.authorization = authorization
        return try client.send(method, path)
    }
}

/// A customer who uploads one order after the other, and notes each upload that was not acknowledged.
final class SteadyCustomer: Sendable {
    private struct Notes {
        var acknowledged: Set<String> = []
        var failures: [String] = []
        var isOver = false
    }

    let index: Int
    private let endpoint: Endpoint
    private let authorization: String?
    /// False if each upload is to have a connection of its own.
    private let keepsConnection: Bool
    private let notes = Mutex(Notes())

    /// Registers the customer. Every other one keeps its connection.
    init(_ index: Int, of shop: BalancedShop) throws {
        self.index = index
        endpoint = shop.endpoint
        keepsConnection = index % 2 == 0
        let client = try Client(endpoint: shop.endpoint)
        try client.register("customer-\(index)")
        authorization = client.authorization
    }

    var acknowledged: Set<String> { notes.withLock { $0.acknowledged } }
    var failures: [String] { notes.withLock { $0.failures } }

    func finish() { notes.withLock { $0.isOver = true } }

    /// Uploads until ``finish()``.
    func upload() {
        var client: Client?
        var step = 0
        while !notes.withLock({ $0.isOver }) {
            step += 1
            let number = orderNumber(100_000_000 + index * 1_000_000 + step)
            do {
                let current = try client ?? Client(endpoint: endpoint)
                current.authorization = authorization
                let answer = try current.send("POST", "/api/user/orders", number)
                client = keepsConnection && answer["Connection"]?.lowercased() != "close" ? current : nil
                notes.withLock { notes in
                    guard answer.status == 202 else {
                        notes.failures.append("\(answer.status) for \(number): \(answer.text)")
                        return
                    }
                    notes.acknowledged.insert(number)
                }
            } catch {
                client = nil
                notes.withLock { $0.failures.append("\(error) for \(number)") }
            }
        }
    }

    /// The numbers of the customer's orders, as the shop shows them.
    func orders(in shop: BalancedShop) throws -> Set<String> {
        let answer = try shop.send("GET", "/api/user/orders", authorization: authorization)
        guard let items = answer.json?.array else { throw TestFailure("no list: \(answer)") }
        return Set(items.compactMap { $0.object?["number"]?.string })
    }
}
