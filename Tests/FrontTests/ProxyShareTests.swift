import HTTP
import Testing

@testable import Front

/// A proxy's connections carry requests of one client after the other.
@Suite struct ProxyShareTests {
    private func proxiedLoop() throws -> TestLoop {
        let test = try TestLoop()
        test.script.peersAreProxies.set()
        return test
    }

    private func request(_ path: String, of client: Int) -> String {
        "GET \(path) HTTP/1.1\r\nHost: a\r\nClient: 192.0.2.\(client)\r\n\r\n"
    }

    @Test func anIdleConnectionBelongsToTheProxy() throws {
        let test = try proxiedLoop()
        let (connection, client) = try test.connect()
        let own = connection.share.key
        for number in 0..<3 {
            try test.receive(request("/cost/5", of: number), on: connection, from: client)
            for _ in 0..<2 { test.loop.advanceRunnable() }
            #expect(try client.answer().text == "GET /cost/5 ")
            #expect(connection.share.key == own)
            #expect(connection.share.heldBytes == connection.bufferedBytes)
            #expect(!connection.isCostly, "the next request may be a cheap one of another client")
        }
        try test.receive("GET /half HTTP/1.1\r\n", on: connection, from: client)
        test.loop.advanceRunnable()
        #expect(connection.share.key == own)
        #expect(Array(test.loop.shares.keys) == [own], "the clients have no connections")
    }

    /// The other hosts of the proxy's /64 are clients, on connections of their own and through the proxy.
    @Test func aHostBesideTheProxyIsAClient() throws {
        let test = try TestLoop(host: "::1")
        let direct = try test.connect().connection
        test.script.peersAreProxies.set()
        for (fields, isOfClient) in [("Client: ::2\r\n", true), ("", false), ("Client: ::1\r\n", false)] {
            let (connection, client) = try test.connect()
            let own = connection.share.key
            #expect(own.network == direct.share.network && own != direct.share.key)
            #expect(connection.share.turns.isOfProxy && !direct.share.turns.isOfProxy)
            try test.receive("GET /a HTTP/1.1\r\nHost: a\r\n\(fields)\r\n", on: connection, from: client)
            for _ in 0..<2 { test.loop.advanceRunnable() }
            #expect(try client.answer().text == "GET /a ")
            #expect(connection.share.key == own)
            try test.receive("GET /big HTTP/1.1\r\nHost: a\r\n\(fields)\r\n", on: connection, from: client)
            for _ in 0..<2 { test.loop.advanceRunnable() }
            #expect(connection.share.key == (isOfClient ? direct.share.key : own), "\(fields)")
            #expect(connection.countedNetwork == (isOfClient ? direct.share.network : nil), "\(fields)")
        }
    }

    @Test func aConnectionBelongsToItsClientUntilTheResponseWasSent() throws {
        let test = try proxiedLoop()
        let (connection, client) = try test.connect()
        let own = connection.share
        try test.receive(request("/big", of: 1), on: connection, from: client)
        test.loop.advanceRunnable()
        #expect(connection.share.network == IPAddress("192.0.2.1".utf8)!)
        #expect(connection.bufferedBytes > 0)
        #expect(connection.share.heldBytes == connection.bufferedBytes)
        #expect(own.heldBytes == 0)
    }

    /// A client's costly requests count for it on each connection of the proxy, also if it has had no request in
    /// progress since.
    @Test(arguments: [true, false]) func aClientsCostCountsOnEachConnection(hasAnotherRequest: Bool) throws {
        let test = try proxiedLoop()
        let connections = try (0..<4).map { _ in try test.connect() }
        if hasAnotherRequest {
            try test.receive(request("/big", of: 1), on: connections[0].connection, from: connections[0].client)
            test.loop.advanceRunnable()
        }
        for _ in 0..<4 {
            try test.receive(request("/cost/5", of: 1), on: connections[1].connection, from: connections[1].client)
            for _ in 0..<2 { test.loop.advanceRunnable() }
            #expect(try connections[1].client.answer().text == "GET /cost/5 ")
        }
        for (index, client) in [(2, 1), (3, 2)] {
            let (connection, peer) = connections[index]
            try test.receive(request("/big", of: client), on: connection, from: peer)
            for _ in 0..<2 { test.loop.advanceRunnable() }
            #expect(connection.isCostly == (client == 1))
        }
    }

    /// Three quick requests make a client quick again.
    @Test func aClientIsNotCostlyForLong() throws {
        let test = try proxiedLoop()
        let (connection, client) = try test.connect()
        for path in ["/cost/5", "/a", "/b", "/c"] {
            try test.receive(request(path, of: 1), on: connection, from: client)
            for _ in 0..<2 { test.loop.advanceRunnable() }
            #expect(try client.answer().text == "GET \(path) ")
        }
        try test.receive(request("/big", of: 1), on: connection, from: client)
        for _ in 0..<2 { test.loop.advanceRunnable() }
        #expect(!connection.isCostly)
    }

    @Test func theCostsOfLongAgoAreForgotten() {
        var costly = StepCost()
        costly.note(StepCost.noticedNanosecondsMax)
        var costs = RecentCosts()
        let count = UInt32(RecentCosts.clientsMax)
        for client in 0..<count * 3 { costs.keep(costly, of: IPAddress(ipv4: client)) }
        #expect(costs.take(of: IPAddress(ipv4: count - 1)) == nil)
        for client in count * 2..<count * 3 { #expect(costs.take(of: IPAddress(ipv4: client))?.isCostly == true) }
        #expect(costs.take(of: IPAddress(ipv4: count * 3 - 1)) == nil, "it is taken once")
        costs.keep(StepCost(), of: IPAddress(ipv4: 1))
        #expect(costs.take(of: IPAddress(ipv4: 1)) == nil, "it is not costly")
    }

    /// One client has requests waiting, and the connection of its first one carries a request of another client.
    @Test func aRequestDoesNotWaitForTheConnectionsLastClient() throws {
        let test = try proxiedLoop()
        let reused = try test.connect()
        try test.receive(request("/first", of: 1), on: reused.connection, from: reused.client)
        test.loop.advanceRunnable()
        #expect(try reused.client.answer().text == "GET /first ")
        let busy = try (0..<10).map { _ in try test.connect() }
        for (connection, client) in busy {
            try test.receive(request("/cost/1", of: 1), on: connection, from: client)
        }
        test.loop.advanceRunnable()
        #expect((1..<10).contains(test.script.requestCount - 1), "some requests of the busy client are left")
        let before = test.script.requestCount
        try test.receive(request("/other", of: 2), on: reused.connection, from: reused.client)
        for _ in 0..<20 { test.loop.advanceRunnable() }
        let targets = test.script.log.compactMap { event -> String? in
            if case .request(let target) = event { target } else { nil }
        }
        #expect(targets.count == 12)
        #expect(targets[before...].prefix(2).contains("/other"), "\(targets)")
    }
}
