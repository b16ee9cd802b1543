import Posix
import Synchronization
import TestSupport
import Testing

@testable import Postgres

/// Lookups of hosts' names that take longer than their callers wait.
struct NameLookupTests {
    @Test func aLookupThatHangsKeepsNoCallerAndIsMadeOnce() throws {
        let release = BlockingQueue<Never>(capacity: 1)
        let count = Atomic<Int>(0)
        func look(milliseconds: Int) throws(PostgresError) -> [String] {
            try NameLookup.addresses(of: "hangs.example", until: .after(milliseconds: milliseconds)) { _ in
                count.add(1, ordering: .relaxed)
                _ = release.take()
                return ["192.0.2.1"]
            }
        }
        for _ in 0..<2 {
            let error = #expect(throws: PostgresError.self) { try look(milliseconds: 10) }
            #expect(error?.cause == .unreachable(nil))
        }
        release.close()
        #expect(try look(milliseconds: 60_000) == ["192.0.2.1"])
        #expect(count.load(ordering: .relaxed) == 1)
        #expect(try look(milliseconds: 60_000) == ["192.0.2.1"])
        #expect(count.load(ordering: .relaxed) == 2)
    }

    @Test func aLookupWithoutAThreadFailsAlone() throws {
        func look(_ startThread: Posix.Thread.Start) throws(PostgresError) -> [String] {
            try NameLookup.addresses(
                of: "crowded.example", until: patience, by: { _ in ["192.0.2.1"] }, startThread: startThread)
        }
        let error = #expect(throws: PostgresError.self) { try look(Thread.refused) }
        #expect(error?.cause == .unreachable(nil))
        #expect(try look(Thread.start) == ["192.0.2.1"])
    }

    @Test(arguments: [["192.0.2.1"], ["192.0.2.1", "2001:db8::1"], (1...20).map { "192.0.2.\($0)" }])
    func aNameIsKeptWithEachOfItsAddresses(addresses: [String]) throws {
        let host = try ConnectionAddress("postgresql://shop-\(addresses.count).example:7/db", with: library.get())
            .hosts[0]
        let found = try host.lookedUp(until: patience) { _ in addresses }
        #expect(found.compactMap(\.numericAddress) == Array(addresses.prefix(ConnectionAddress.hostsMax)))
        for one in found { #expect(one.name == host.name && one.port == "7") }
        // An address is not looked up again.
        #expect(try found[0].lookedUp(until: .after(milliseconds: 0)) == [found[0]])
    }

    @Test func localhostHasAnAddress() throws {
        let host = try ConnectionAddress("postgresql://localhost:7/db", with: library.get()).hosts[0]
        let addresses = try host.lookedUp(until: patience).map(\.numericAddress)
        #expect(addresses.contains("127.0.0.1") || addresses.contains("::1"))
    }

    /// A name has the addresses of several servers, or one of IPv6 to which the network does not lead.
    @Test(.enabled(if: PostgreSQLServer.isInstalled))
    func aSilentAddressOfANameIsPassedOver() throws {
        let database = try TestDatabase()
        // The server listens to 127.0.0.1 alone.
        let silent = try LoopbackListener(address: 0x7F00_0002, port: database.server.port)
        defer { silent.close() }
        let text = database.server.address(of: database.name).replacing("127.0.0.1", with: "silent-first.example")
        let address = try ConnectionAddress(text, with: library.get())
        var connection: Connection
        do {
            connection = try Connection.open(
                address, application: "tests", with: library.get(), limits: ConnectionLimits(), until: patience
            ) { _ in ["127.0.0.2", "127.0.0.1"] }
        }
        #expect(connection.host.description == address.hosts[0].description)
        #expect(try connection.run("SELECT 1", until: patience) == 1)
    }

    /// The four silent addresses take 2 s each, and would together take more than all of the time.
    @Test(.enabled(if: PostgreSQLServer.isInstalled))
    func hostsWithSilentAddressesLeaveTimeForTheNext() throws {
        let database = try TestDatabase()
        let port = database.server.port
        let silent = try (11...14).map { try LoopbackListener(address: 0x7F00_0000 + $0, port: port) }
        defer { for listener in silent { listener.close() } }
        let addresses = [
            "first-of-three.example": ["127.0.0.11", "127.0.0.12"],
            "second-of-three.example": ["127.0.0.13", "127.0.0.14"],
            "third-of-three.example": ["127.0.0.1", "127.0.0.1"],
        ]
        let hosts = addresses.keys.sorted().map { "\($0):\(port)" }
        let text = database.server.address(of: database.name)
            .replacing("127.0.0.1:\(port)", with: hosts.joined(separator: ","))
        let connection = try Connection.open(
            ConnectionAddress(text, with: library.get()), application: "tests", with: library.get(),
            limits: ConnectionLimits(), until: .after(milliseconds: 7_000)
        ) { addresses[$0] ?? [] }
        #expect(connection.host.description == hosts[2])
    }

    @Test func aFolderIsNotLookedUp() throws {
        let host = try ConnectionAddress(
            "postgresql:///db?host=/run/postgresql", with: PostgresLibrary.load()
        ).hosts[0]
        #expect(try host.lookedUp(until: .after(milliseconds: 0)) == [host])
    }
}
