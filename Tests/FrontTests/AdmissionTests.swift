import HTTP
import Testing

@testable import Front

/// The limits of connections, in total and for each client.
@Suite struct AdmissionTests {
    private static let a = IPAddress("192.0.2.1".utf8)!
    private static let b = IPAddress("192.0.2.2".utf8)!
    private static let c = IPAddress("2001:db8:0:1::".utf8)!

    private func admission(_ inAll: Int, _ ofClient: Int) -> Admission {
        Admission(connectionsMax: inAll, connectionsPerAddressMax: ofClient)
    }

    @Test func eachClientHasItsLimit() {
        let admission = admission(10, 2)
        #expect((0..<3).map { _ in admission.admit(Self.a, now: 0) } == [.admitted, .admitted, .tooManyOfClient])
        #expect(admission.admit(Self.b, now: 0) == .admitted)
        admission.release(Self.a)
        #expect(admission.admit(Self.a, now: 0) == .admitted)
        #expect(admission.connectionCount == 3)
    }

    @Test func greediestClientIsNamed() {
        let admission = admission(6, 4)
        for client in [Self.a, Self.b, Self.b, Self.b, Self.c, Self.c] {
            #expect(admission.admit(client, now: 0) == .admitted)
        }
        #expect(admission.admit(Self.a, now: 0) == .tooManyInAll(greediest: Self.b, isGreedier: true))
        // With the new connection, the other client would have as many.
        #expect(admission.admit(Self.c, now: 0) == .tooManyInAll(greediest: Self.b, isGreedier: false))
        #expect(admission.admit(nil, now: 0) == .tooManyInAll(greediest: Self.b, isGreedier: true))
        // Another client takes its place when it has more, at the latest after a tenth of a second.
        for _ in 0..<2 { admission.release(Self.b) }
        for _ in 0..<2 { #expect(admission.admit(Self.c, now: 0) == .admitted) }
        #expect(admission.admit(Self.a, now: 0) == .tooManyInAll(greediest: Self.c, isGreedier: true))
        for _ in 0..<4 { admission.release(Self.c) }
        for client in [Self.a, Self.a, Self.a, Self.b] { #expect(admission.admit(client, now: 0) == .admitted) }
        #expect(admission.admit(Self.c, now: 100_000_000) == .tooManyInAll(greediest: Self.a, isGreedier: true))
    }

    /// A trusted proxy is limited by the total only, and each of its clients by its requests in progress.
    @Test func aProxysClientsAreLimitedAndItIsNot() {
        let admission = admission(5, 2)
        for _ in 0..<4 { #expect(admission.admit(nil, now: 0) == .admitted) }
        #expect(admission.admit(Self.a, now: 0) == .admitted)
        #expect(admission.admitProxied(Self.a))
        #expect(!admission.admitProxied(Self.a), "a connection of its own and a request through the proxy")
        #expect(admission.admitProxied(Self.b) && admission.admitProxied(Self.b) && !admission.admitProxied(Self.b))
        admission.releaseProxied(Self.b)
        #expect(admission.admitProxied(Self.b))
        #expect(admission.connectionCount == 5)
        admission.release(nil)
        #expect(admission.connectionCount == 4)
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::", "2001:db8:1:2::"), ("fe80::1", "fe80::"), ("::1", "::"),
        ("64:ff9b::192.0.2.1", "192.0.2.1"), ("2002:c000:201:2::1", "192.0.2.1"),
        ("2001:0:1:2:3:4:3fff:fdfe", "192.0.2.1"), ("64:ff9b:1:2::192.0.2.1", "192.0.2.1"),
        ("64:ff9b:1:c000:2:100::", "64:ff9b:1:c000::"),
    ])
    func clientOfIPv6IsItsNetworkOf64BitsOrTheIPv4AddressInIt(address: String, network: String) {
        #expect(IPAddress(address.utf8)!.network == IPAddress(network.utf8)!)
    }
}
