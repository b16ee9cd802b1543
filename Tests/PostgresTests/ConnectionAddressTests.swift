import Postgres
import TestSupport
import Testing

/// The tests of addresses need libpq, and no server.
struct ConnectionAddressTests {
    @Test(arguments: [
        ("postgresql://", "postgresql://", ["the default host"]),
        ("postgres://db", "postgresql://db", ["db"]),
        ("postgres://db/shop", "postgresql://db/shop", ["db"]),
        ("postgresql://ann@db:5433/shop", "postgresql://ann@db:5433/shop", ["db:5433"]),
        (
            "postgresql://ann:secret@a:1,b:2,c:3/shop?sslmode=disable",
            "postgresql://ann@a:1,b:2,c:3/shop?sslmode=disable",
            ["a:1", "b:2", "c:3"]
        ),
        ("postgresql://a,b/shop", "postgresql://a,b/shop", ["a", "b"]),
        ("postgresql://[::1]:5433/shop", "postgresql://[::1]:5433/shop", ["::1:5433"]),
        ("postgresql:///shop?host=/run/pg", "postgresql://%2Frun%2Fpg/shop", ["/run/pg"]),
        ("postgresql://%2Frun%2Fpg/shop", "postgresql://%2Frun%2Fpg/shop", ["/run/pg"]),
        (
            "postgresql://db/shop?hostaddr=127.0.0.1&application_name=a%20b",
            "postgresql://db/shop?hostaddr=127.0.0.1&application_name=a%20b", ["db"]
        ),
        ("postgresql://a%40b:c%40d@db/x%2Fy", "postgresql://a%40b@db/x%2Fy", ["db"]),
        ("postgresql://db?user=ann&password=secret&dbname=shop", "postgresql://ann@db/shop", ["db"]),
        ("postgresql://db/shop?sslpassword=secret&sslkey=k", "postgresql://db/shop?sslkey=k", ["db"]),
        ("postgresql://a,b/shop?port=5433", "postgresql://a:5433,b:5433/shop", ["a:5433", "b:5433"]),
        (
            "postgresql://a,b/shop?target_session_attrs=any", "postgresql://a,b/shop?target_session_attrs=any",
            ["a", "b"]
        ),
    ])
    func printsWithoutItsSecrets(_ text: String, _ description: String, _ hosts: [String]) throws {
        let address = try ConnectionAddress(text, with: library.get())
        #expect(address.description == description)
        #expect(address.hosts.map(\.description) == hosts)
        for shown in ["\(address)", String(reflecting: address), "\(Array(Mirror(reflecting: address).children))"] {
            #expect(!shown.contains("secret"))
        }
    }

    @Test(arguments: [
        "", "shop.db", "mysql://db/shop", "POSTGRES://db/shop", "host=db dbname=shop",
        "postgresql://ann:secret@db:0/shop", "postgresql://ann:secret@db:65536/shop",
        "postgresql://ann:secret@db:x/shop",
        "postgresql://ann:secret@a:1,b:2/shop?port=1,2,3", "postgresql://ann:secret@db/shop?replication=database",
        "postgresql://ann:secret@db/shop?colour=secret", "postgresql://ann:sec%ret@db/shop",
        "postgresql://ann:secret%00@db/shop", "postgresql://ann:secret@[::1/shop", "postgresql://ann:secret@[]/shop",
        "postgresql://ann:secret@db/shop?sslmode", "postgresql://ann:secret@db/shop?sslmode=a=secret",
        "postgresql://ann:p@secret@db/shop", "postgresql://ann:p@secret/word@db/shop",
        "postgresql://ann:1/secret@db/shop", "postgresql://ann:secret@db:1:secret/shop",
        "postgresql://ann:secret@db/shop\u{0}",
        "postgresql://" + (0..<17).map { "h\($0)" }.joined(separator: ",") + "/shop",
    ])
    func refusesWithoutQuotingASecret(_ text: String) throws {
        let library = try library.get()
        let fault = #expect(throws: ConnectionAddress.Fault.self) { try ConnectionAddress(text, with: library) }
        #expect(fault?.description.contains("secret") == false)
        #expect(fault?.description.isEmpty == false)
    }

    /// libpq takes the start of such a password for a port, or for another host.
    @Test(arguments: ["p/x", "p@x", "1/x@y", "5433x/y"])
    func aPasswordWithoutEscapesIsExplained(_ password: String) throws {
        let library = try library.get()
        let fault = #expect(throws: ConnectionAddress.Fault.self) {
            try ConnectionAddress("postgresql://ann:\(password)@db/shop", with: library)
        }
        #expect(fault?.description.hasSuffix("each of :/?#[]@% has to be a % and two digits") == true, "\(password)")
    }

    /// A name is shown only if it can't be a part of a password that has a ? in it.
    @Test(arguments: [
        ("ann:secret@db/shop?colour=secret", "it has the parameter colour, which libpq does not know"),
        ("db:5432/shop?sslmode=require&colour=secret", "it has the parameter colour, which libpq does not know"),
        ("/shop?colour=secret", "it has the parameter colour, which libpq does not know"),
        ("ann:p/q?secret=x@db/shop", "it has a parameter that libpq does not know"),
        ("ann:p/q?secret=x", "it has a parameter that libpq does not know"),
        ("db/shop?sec.ret=x", "it has a parameter that libpq does not know"),
    ])
    func anUnknownParameterIsNamed(_ rest: String, _ description: String) throws {
        let library = try library.get()
        let fault = #expect(throws: ConnectionAddress.Fault.self) {
            try ConnectionAddress("postgresql://\(rest)", with: library)
        }
        #expect(fault?.description == description)
    }

    @Test func randomTextsNeverCrash() throws {
        let library = try library.get()
        var random = SeededRandom(seed: 16)
        let alphabet = Array("ab:/?#[]@%&=,0.\\'\" é\u{1}\u{7F}")
        for _ in 0..<5_000 {
            let noise = {
                String((0..<Int.random(in: 0...6, using: &random)).map { _ in alphabet.randomElement(using: &random)! })
            }
            let text = "postgresql://\(noise()):xyzzy\(noise())@\(noise())/\(noise())?\(noise())"
            do throws(ConnectionAddress.Fault) {
                _ = try ConnectionAddress(text, with: library).description
            } catch {
                #expect(!error.description.contains("xyzzy"), "\(text)")
            }
        }
    }

    @Test func aMissingLibraryIsExplained() {
        let error = #expect(throws: PostgresLibrary.LoadError.self) { try PostgresLibrary.load("libpq-missing.so.5") }
        #expect(
            error?.description
                == "libpq-missing.so.5 is needed for a database of PostgreSQL and can't be loaded; "
                + "Debian has it in the package libpq5")
        let other = #expect(throws: PostgresLibrary.LoadError.self) { try PostgresLibrary.load("libz.so.1") }
        #expect(other?.description.contains("libpq 14 or later") == true)
    }
}
