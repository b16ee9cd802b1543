import EndToEndSupport
import Foundation
import JSON
import TestSupport
import Testing

/// The address of a database on a server: two programs on one database, its password, and the library that it needs.
@Suite(.serialized, .enabled(if: PostgreSQLServer.isInstalled, "PostgreSQL is not installed"))
struct DatabaseAddressTests {
    /// A part of each password in the addresses below, both as it is and as an address writes it.
    private static let secret = "s3cret"

    /// An address with a fault, and words that an error message has to contain.
    private static let faults: [(name: String, address: @Sendable (PostgreSQLServer) -> String, said: String)] = [
        (
            "a host that there is not",
            { _ in "postgresql://martlet:s3cret%2F@no-such-host.invalid/d?sslmode=disable" },
            "no-such-host.invalid"
        ),
        (
            "a port that no server listens on",
            { _ in "postgres://martlet:s3cret%40@127.0.0.1:1/d?sslmode=disable" }, "127.0.0.1"
        ),
        (
            "another password",
            { "postgresql://martlet:wrong-s3cret@127.0.0.1:\($0.port)/postgres?sslmode=disable" },
            "password authentication failed"
        ),
        (
            "another password as a parameter",
            { "postgresql://martlet@127.0.0.1:\($0.port)/postgres?sslmode=disable&password=wrong-s3cret" },
            "password authentication failed"
        ),
        ("a database that there is not", { $0.address(of: "no_such_database") }, "no_such_database"),
        (
            "a server that requires no TLS and has none",
            { $0.address(of: "postgres").replacing("=disable", with: "=require") }, "SSL"
        ),
        (
            "a password with a colon, a slash and an @ as they are",
            { "postgresql://martlet:s3cret/@:%@127.0.0.1:\($0.port)/postgres" }, "%"
        ),
        (
            "a password with a slash as it is",
            { "postgresql://martlet:s3cret/x@127.0.0.1:\($0.port)/postgres" }, "has to be a % and two digits"
        ),
        (
            "a parameter that libpq does not know",
            { "\($0.address(of: "postgres"))&pasword=s3cret" }, "the parameter pasword, which"
        ),
    ]

    /// The ways in which an owner gives an address.
    enum Way: CaseIterable {
        case variable, option, longOption, file

        func start(_ arguments: [String], _ address: String, in folder: Folder) throws -> Server {
            let isHealthCheck = arguments == ["healthcheck"]
            var (arguments, environment) = (arguments, ["RUN_ADDRESS": "127.0.0.1:0", "MARTLET_LOG_LEVEL": "debug"])
            switch self {
            case .variable: environment["DATABASE_URI"] = address
            case .option: arguments += ["-d", address]
            case .longOption: arguments += ["--database-uri=\(address)"]
            case .file:
                try folder.write(#"{"database_uri":"\#(address)"}"#, to: "shop.json")
                arguments += ["--config", "shop.json"]
            }
            environment["MARTLET_ADMIN_ADDRESS"] = isHealthCheck ? "127.0.0.1:1" : "127.0.0.1:0"
            environment["MARTLET_ACCRUAL_LISTEN"] = "127.0.0.1:0"
            return try Server(in: folder, arguments: arguments, environment: environment)
        }
    }

    /// No error message contains a password, whichever command meets the fault and however the address is given.
    @Test(arguments: faults.indices) func noErrorShowsThePassword(index: Int) throws {
        let (name, address, said) = Self.faults[index]
        let text = address(try PostgreSQLServer.shared.get())
        let folder = try Folder()
        let runs: [(Way, [String])] =
            Way.allCases.map { ($0, ["serve"]) } + [
                (.variable, ["check"]), (.option, ["user", "list"]), (.variable, ["stats", "--json"]),
                (.variable, ["healthcheck"]), (.option, ["accrual"]),
            ]
        for (way, arguments) in runs {
            let run = try way.start(arguments, text, in: folder)
            let status = try run.waitForEnd()
            let all = run.logText + run.outputText
            // A health check may find out first that no server listens.
            let isSaid = all.contains(said) || arguments == ["healthcheck"]
            #expect(status != 0 && isSaid, "\(name), \(way) \(arguments): \(status) \(all)")
            #expect(!all.contains(Self.secret), "\(name), \(way) \(arguments): \(all)")
        }
    }

    /// After this status, systemd does not start a server again (RestartPreventExitStatus=).
    @Test(arguments: [["serve"], ["accrual"], ["check"], ["user", "list"], ["stats"]])
    func anAddressThatCanNotBeReadIsWrongConfiguration(arguments: [String]) throws {
        let folder = try Folder()
        for address in ["postgres://u:s3cret/x@127.0.0.1/d", "postgres://u@127.0.0.1/d?nonsense=1"] {
            let run = try Way.variable.start(arguments, address, in: folder)
            #expect(try run.waitForEnd() == 78, "\(run.logText)")
            #expect(run.logText.contains("The address can't be used"), "\(run.logText)")
        }
    }

    /// A server that runs shows its password in no log, in no answer of the admin listener, and not to other accounts
    /// of the machine. Nor does a command beside it.
    @Test(arguments: Way.allCases) func nothingShowsThePassword(way: Way) throws {
        let postgres = try PostgreSQLServer()
        defer { postgres.remove() }
        let folder = try Folder()
        let address = postgres.address(of: try postgres.makeDatabase())
        let server = try way.start(["serve"], address, in: folder)
        try server.client().register("anna")
        let arguments = try String(contentsOfFile: "/proc/\(server.processID)/cmdline", encoding: .utf8)
        #expect(arguments.contains("serve") && !arguments.contains(Self.secret), "\(arguments)")

        let database = try #require(address.split(separator: "/").last?.split(separator: "?").first)
        for command in [["config"], ["check"], ["user", "list"], ["stats"], ["staff", "list"]] {
            let run = try way.start(command, address, in: folder)
            #expect(try run.waitForEnd() == 0, "\(command): \(run.logText)")
            let all = run.outputText + run.logText
            #expect(!all.contains(Self.secret), "\(command): \(all)")
            if command == ["config"] { #expect(all.contains(database), "\(all)") }
        }

        // All connections are lost, and the server says so.
        postgres.stop()
        let admin = try Client(endpoint: try server.adminEndpoint())
        try eventually("it is not ready: \(server.logText)") { try admin.send("GET", "/readyz").status == 503 }
        let answers = try ["/readyz", "/metrics"].map { try admin.send("GET", $0).text }
        server.signal(SIGTERM)
        _ = try server.waitForEnd()
        #expect(server.logText.contains("127.0.0.1"), "\(server.logText)")
        for text in answers + [server.logText, server.outputText] { #expect(!text.contains(Self.secret), "\(text)") }
    }

    /// The public acceptance suite gives one address to the shop and to the accrual system, and starts both at once on
    /// an empty database.
    @Test func theShopAndTheAccrualSystemShareADatabase() throws {
        let postgres = try PostgreSQLServer.shared.get()
        let name = try postgres.makeDatabase()
        defer { try? postgres.run("DROP DATABASE \(name) WITH (FORCE)") }
        let address = postgres.address(of: name)
        let folder = try Folder()
        let accrual = try Server(in: folder, arguments: ["accrual", "-a", "127.0.0.1:0", "-d", address])
        let others = try Server(
            in: folder, arguments: ["accrual", "-a", "127.0.0.1:0"], environment: ["DATABASE_URI": address])
        let shop = try Server(
            in: folder, arguments: ["-a", "127.0.0.1:0", "-d", address, "-r", "http://\(try accrual.endpoint())"],
            environment: ["MARTLET_ADMIN_ADDRESS": ""])
        _ = try others.endpoint()
        try walk(shop: shop.client(), accrual: accrual.client())
        let check = try Server(in: folder, arguments: ["check", "-d", address])
        #expect(try check.waitForEnd() == 0, "\(check.outputText) \(check.logText)")
        for server in [shop, accrual, others] {
            server.signal(SIGTERM)
            #expect(try server.waitForEnd() == 0, "\(server.logText)")
            #expect(!server.logText.contains(#""level":"error""#), "\(server.logText)")
        }
    }

    /// From a receipt to points, and from points to a withdrawal.
    private func walk(shop: Client, accrual: Client) throws {
        let rule = #"{"match":"Bork","reward":10,"reward_type":"%"}"#
        #expect(try accrual.send("POST", "/api/goods", rule).status == 200)
        let order = orderNumber(4711)
        let receipt = #"{"order":"\#(order)","goods":[{"description":"Bork","price":7000}]}"#
        #expect(try accrual.send("POST", "/api/orders", receipt).status == 202)
        #expect(try accrual.send("POST", "/api/orders", receipt).status == 409)
        // Texts of PostgreSQL have no U+0000.
        let impossible = #"{"login":"a\u0000b","password":"secret"}"#
        #expect(try shop.send("POST", "/api/user/register", impossible).status == 400)
        #expect(try shop.send("POST", "/api/user/login", impossible).status == 401)
        try shop.register("anna")
        #expect(try shop.send("POST", "/api/user/orders", order).status == 202)
        try eventually("the points are there") {
            try shop.send("GET", "/api/user/balance").text == #"{"current":700,"withdrawn":0}"#
        }
        let withdrawal = #"{"order":"\#(orderNumber(4712))","sum":200.5}"#
        #expect(try shop.send("POST", "/api/user/balance/withdraw", withdrawal).status == 200)
        #expect(try shop.send("GET", "/api/user/balance").text == #"{"current":499.5,"withdrawn":200.5}"#)
        #expect(try shop.send("GET", "/api/user/withdrawals").text.contains(orderNumber(4712)))
    }

    /// A file that is no library takes the place of libpq.
    @Test func aMissingLibraryIsNamed() throws {
        let folder = try Folder()
        try folder.write("not a library\n", to: "libpq.so.5")
        for arguments in [["serve"], ["accrual"], ["check"], ["user", "list"]] {
            let server = try Server(
                in: folder, arguments: arguments,
                environment: [
                    "LD_LIBRARY_PATH": folder.path, "RUN_ADDRESS": "127.0.0.1:0",
                    "DATABASE_URI": "postgresql://u:s3cret@127.0.0.1/d",
                ])
            #expect(try server.waitForEnd() == 69, "\(arguments)")
            let lines = server.logText.split(separator: "\n")
            #expect(lines.count == 1 && server.logText.contains("package libpq5"), "\(arguments): \(server.logText)")
            #expect(!server.logText.contains(Self.secret), "\(server.logText)")
        }
    }
}
