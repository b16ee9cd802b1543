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

    @Test func aNameIsKeptWithEachOfItsAddresses() throws {
        let host = try ConnectionAddress(
            "postgresql://localhost:7/db", with: PostgresLibrary.load()
        ).hosts[0].lookedUp(until: .after(milliseconds: 60_000))
        let addresses = try #require(host.numericAddress).split(separator: ",")
        #expect(addresses.contains("127.0.0.1") || addresses.contains("::1"))
        #expect(host.name?.split(separator: ",") == addresses.map { _ in "localhost" })
    }

    @Test func aFolderIsNotLookedUp() throws {
        let host = try ConnectionAddress(
            "postgresql:///db?host=/run/postgresql", with: PostgresLibrary.load()
        ).hosts[0]
        #expect(try host.lookedUp(until: .after(milliseconds: 0)) == host)
    }
}
