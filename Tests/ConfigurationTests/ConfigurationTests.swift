import JSON
import Loyalty
import TestSupport
import Testing

@testable import Configuration

@Suite struct ConfigurationTests {
    /// Loads a configuration from the sources.
    private func load(
        flags: [(flag: String, value: String)] = [], environment: [String: String] = [:], files: [String: String] = [:],
        file: String? = nil
    ) throws(ConfigurationError) -> Configuration {
        try ConfigurationLoader.load(flags: flags, file: file, environment: environment) {
            (path) throws(ConfigurationLoader.ReadError) in
            guard let text = files[path] else { throw .missing }
            return Array(text.utf8)
        }.configuration
    }

    @Test func flagsOverrideTheEnvironmentWhichOverridesTheFile() throws {
        let file = ["config.json": #"{"run_address": ":1", "database_uri": "f.db", "accrual_system_address": "f:1"}"#]
        let environment = ["RUN_ADDRESS": ":2", "DATABASE_URI": "e.db"]
        let configuration = try load(
            flags: [("-a", ":3"), ("--run-address", ":4")], environment: environment, files: file)
        #expect(configuration.runAddress == Address(host: nil, port: 4))
        #expect(configuration.database.path == "e.db")
        #expect(configuration.accrualSystem?.url == "http://f:1")
        #expect(try load(environment: ["RUN_ADDRESS": ""]).runAddress == Address(host: "localhost", port: 8080))
    }

    @Test func everySettingIsReadFromEverySource() throws {
        for setting in Settings.all {
            let (text, json) = Self.otherValue(of: setting)
            let nested = setting.key.split(separator: ".").reversed().reduce(json) { "{\"\($1)\": \($0)}" }
            let expected = try load(files: ["config.json": nested]).document
            #expect(expected != Configuration().document, "\(setting.key)")
            #expect(try load(environment: [setting.environment: text]).document == expected, "\(setting.key)")
            for flag in setting.flags {
                #expect(try load(flags: [(flag, text)]).document == expected, "\(setting.key)")
            }
        }
    }

    /// An address that the owner set has to be available, even if it equals the default.
    @Test func theAccrualListenerIsConfiguredIfItIsSet() throws {
        #expect(try !load().accrual.listen.isConfigured)
        #expect(try load(environment: ["MARTLET_ACCRUAL_LISTEN": "localhost:8081"]).accrual.listen.isConfigured)
        #expect(try load(files: ["config.json": #"{"accrual": {"listen": ":8081"}}"#]).accrual.listen.isConfigured)
    }

    /// Empty is no address at all there, and not one that was not given.
    @Test func theAdminListenerIsTurnedOffByAnEmptyAddress() throws {
        #expect(try load().admin?.isConfigured == false)
        #expect(try load(environment: ["MARTLET_ADMIN_ADDRESS": "localhost:8082"]).admin?.isConfigured == true)
        #expect(try load(environment: ["MARTLET_ADMIN_ADDRESS": ""]).admin == nil)
        #expect(try load(files: ["config.json": #"{"admin_address": ""}"#]).admin == nil)
        #expect(throws: ConfigurationError.self) { try load(environment: ["MARTLET_ADMIN_ADDRESS": "8082"]) }
    }

    @Test func thePrintedConfigurationIsOneToStartWith() throws {
        for setting in Settings.all {
            let configuration = try load(environment: [setting.environment: Self.otherValue(of: setting).text])
            let again = try load(files: ["x.json": configuration.document], file: "x.json")
            #expect(again.document == configuration.document)
        }
    }

    /// Settings that are refused, and the explanation.
    private static let explainedErrors: [(environment: [String: String], file: String, error: String)] = [
        (
            ["RUN_ADDRESS": "8080"], "{}",
            "RUN_ADDRESS: run_address must be host:port, :port or [v6]:port, with a port from 0 to 65535, and not \"8080\": a port alone has a colon before it"
        ),
        (
            ["DATABASE_URI": "mysql://u:p@h/d"], "{}",
            "DATABASE_URI: database_uri must be the path of a SQLite file, alone or after file: or sqlite:, or an address postgres://…, and not \"mysql://***@h/d\": it names a database server (MySQL), and Martlet keeps its data in a SQLite file or on PostgreSQL (postgres://…)"
        ),
        (
            ["MARTLET_DISPATCHER_WORKERS": "0"], "{}",
            "MARTLET_DISPATCHER_WORKERS: dispatcher.workers must be a whole number from 1 to 1024, and not \"0\""
        ),
        (
            ["MARTLET_DISPATCHER_WORKERS": "x"], "{}",
            "MARTLET_DISPATCHER_WORKERS: dispatcher.workers must be a whole number from 1 to 1024, and not \"x\""
        ),
        (
            ["MARTLET_SESSIONS_COOKIE_SECURE": "yes"], "{}",
            "MARTLET_SESSIONS_COOKIE_SECURE: sessions.cookie_secure must be true or false, and not \"yes\""
        ),
        (
            [:], #"{"dispatcher": {"workers": "8"}}"#,
            "config.json: dispatcher.workers must be a whole number from 1 to 1024, and not \"8\": in JSON it has no quotation marks"
        ),
        (
            [:], #"{"dispatcher": {"workers": 1.5}}"#,
            "config.json: dispatcher.workers must be a whole number from 1 to 1024, and not 1.5"
        ),
        ([:], #"{"dispatcher": 8}"#, "config.json: dispatcher must be an object"),
        (
            [:], #"{"log": {"level": "loud"}}"#,
            "config.json: log.level must be debug, request, info, warning or error, and not \"loud\""
        ),
        (
            [:], #"{"log": {"colour": true}}"#,
            "config.json: log.colour is not a setting; there are log.level, log.format"
        ),
        (
            [:], #"{"http": {"allowed_origins": ["shop"]}}"#,
            "config.json: http.allowed_origins must be origins such as https://shop.example or capacitor://localhost; commas between several in a variable, and not [\"shop\"]"
        ),
        (
            [:], #"{"accrual_system_address": "ftp://a:1"}"#,
            "config.json: accrual_system_address must be host:port, http://host:port or https://host:port, with or without a path, and not \"ftp://a:1\""
        ),
        ([:], "[]", "config.json: not a JSON object"),
        ([:], "{\n  \"log\": }", "config.json: line 2, column 10: not a JSON value"),
        (
            [:], #"{"dispatcher": {"retry_delay_max_ms": 100}}"#,
            "dispatcher.retry_delay_min_ms must not be above dispatcher.retry_delay_max_ms"
        ),
    ]

    @Test func errorsAreExplainedInOneLine() {
        for (environment, file, error) in Self.explainedErrors {
            #expect(throws: ConfigurationError(error)) {
                try load(environment: environment, files: ["config.json": file])
            }
            #expect(!error.contains("\n"))
        }
        #expect(throws: ConfigurationError("x.json: there is no such file")) { try load(file: "x.json") }
        #expect(throws: ConfigurationError("y.json: there is no such file")) {
            try load(environment: ["MARTLET_CONFIG": "y.json"])
        }
    }

    @Test(arguments: [
        "*", "null", "shop.example", "https://", "https://*", "https://*.shop.example", "https://shop.example/",
        "https://shop.example/app", "https://anna@shop.example", "https://shop.example?x", "https://shop.example:0",
        "https://shop.example:70000", "https://a.example https://b", "capacitor://", "capacitor:localhost",
        "://localhost",
        "1app://localhost", "app://a/b", "app://a b", "app://*", "app://é", "app://anna@host", "app://a?b", "file:///x",
        "file://a/", "javascript:alert(1)", "data:,x",
    ])
    func otherTextsAreNoOrigin(text: String) throws {
        let error =
            "MARTLET_CORS_ORIGINS: cors_origins must be origins such as https://shop.example, http://localhost:3000 or "
            + "capacitor://localhost; * and null would allow every site; commas between several in a variable, and not \(RefusedValue.shown(text))"
        #expect(throws: ConfigurationError(error)) { try load(environment: ["MARTLET_CORS_ORIGINS": text]) }
    }

    @Test(arguments: [
        "capacitor://localhost", "ionic://localhost", "tauri://localhost", "app://-", "app://.", "file://",
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop", "moz-extension://0f5c1d2e-8a3b-4c5d-9e7f-001122334455",
        "com.example.app://x", "ftp://shop.example", "HTTPS://Shop.Example", "http://[::1]:3000", "app://host:1",
    ])
    func originsHaveAnyScheme(text: String) throws {
        let variable = "\(text) , https://shop.example,"
        let configuration = try load(environment: ["MARTLET_CORS_ORIGINS": variable])
        #expect(configuration.corsOrigins == [text, "https://shop.example"])
    }

    /// Without TLS, browsers drop such a cookie silently, and no user could sign in.
    @Test(arguments: ["__Host-session", "__Secure-s", "__host-x", "__Http-s", "__Host-Http-s"])
    func aCookieNameForTLSNeedsASecureCookie(name: String) throws {
        let error = ConfigurationError(
            "sessions.cookie_name \(name): browsers take this name over TLS only; set sessions.cookie_secure")
        #expect(throws: error) { try load(environment: ["MARTLET_SESSIONS_COOKIE_NAME": name]) }
        let secure = ["MARTLET_SESSIONS_COOKIE_NAME": name, "MARTLET_SESSIONS_COOKIE_SECURE": "true"]
        #expect(try load(environment: secure).sessions.cookieName == name)
    }

    @Test func anUnknownVariableIsAWarning() throws {
        let warnings = try ConfigurationLoader.load(
            flags: [], file: nil,
            environment: ["MARTLET_LOG_LEVLE": "debug", "MARTLET_LOG_LEVEL": "debug", "PATH": "/"]
        ) { (_) throws(ConfigurationLoader.ReadError) in throw .missing }.warnings
        #expect(warnings == ["MARTLET_LOG_LEVLE: no setting has this name"])
    }

    /// Commands read the file of the configuration too, often without the environment of the service.
    @Test(arguments: [
        (#"{"database_uri": "/data/old.db"}"#, "postgres://db.example/shop", true),
        (#"{"database_uri": "/data/old.db"}"#, "/data/new.db", false),
        (#"{"database_uri": "postgres://db.example/shop"}"#, "postgres://db2.example/shop", false),
        (#"{"log": {"level": "info"}}"#, "postgres://db.example/shop", false),
        (#"{"database_uri": "/data/old.db"}"#, nil, false),
    ]) func aServerInTheEnvironmentAndAFileInTheConfigurationAreAWarning(
        file: String, variable: String?, isWarning: Bool
    ) throws {
        let warnings = try ConfigurationLoader.load(
            flags: [], file: "martlet.json", environment: variable.map { ["DATABASE_URI": $0] } ?? [:]
        ) { (_) throws(ConfigurationLoader.ReadError) in Array(file.utf8) }.warnings
        let warning = #"""
            database_uri names the file "/data/old.db", and DATABASE_URI a server: commands without this variable change \#
            the file; remove database_uri
            """#
        #expect(warnings == (isWarning ? [warning] : []))
    }

    /// A value that is allowed and not the default.
    static func otherValue(of setting: Setting) -> (text: String, json: String) {
        switch setting.key {
        case "run_address": return (":9", "\":9\"")
        case "accrual.listen", "admin_address", "staff_address": return (":9", "\":9\"")
        case "database_uri": return ("file:other.db", "\"other.db\"")
        case "accrual_system_address": return ("https://accrual.example/v1/", "\"https://accrual.example/v1\"")
        case "cors_origins", "http.allowed_origins":
            return ("https://a.example, https://b.example:8443", #"["https://a.example", "https://b.example:8443"]"#)
        case "allowed_hosts": return ("accrual, b.example", #"["accrual", "b.example"]"#)
        case "sessions.cookie_name": return ("shop-2", "\"shop-2\"")
        case "trusted_proxies": return ("10.0.0.0/8, ::1", #"["10.0.0.0/8", "::1"]"#)
        case "backups.folder": return ("/var/backups", "\"/var/backups\"")
        case "accrual.ca_file": return ("/etc/ca.pem", "\"/etc/ca.pem\"")
        case "web.customer_page", "accounts.registration": return ("false", "false")
        case "shop.name", "shop.points_name": return ("Лавка \"A\"", #""Лавка \"A\"""#)
        case "shop.color": return ("#FFA07a", "\"#FFA07a\"")
        case "log.level": return ("error", "\"error\"")
        case "log.format": return ("text", "\"text\"")
        default:
            if setting.allowed == "true or false" { return ("true", "true") }
            // The first number of the range that no default has, and that leaves pairs of settings in order.
            let lowest = setting.allowed.split(separator: " ").compactMap { Int($0) }[0]
            let value =
                setting.key == "http.head_bytes_max" || setting.key == "dispatcher.retry_delay_max_ms"
                ? 30_000 : lowest + (lowest == 0 || lowest == 1 ? 2 : 1)
            return (String(value), String(value))
        }
    }
}

@Suite struct AddressTests {
    @Test func addressesAreReadAndWritten() {
        let good = [
            ("localhost:8080", "localhost:8080"), (":80", ":80"), ("127.0.0.1:0", "127.0.0.1:0"),
            ("[::1]:65535", "[::1]:65535"),
            ("shop_1.example:1", "shop_1.example:1"),
        ]
        for (text, printed) in good { #expect(Address(text)?.description == printed) }
        for text in [
            "", "8080", "localhost", "localhost:", "localhost:65536", "localhost:-1", "::1:80", "[::1]", "[]:1",
            "a b:1", "http://a:1", "a:1/", "[localhost]:1", "a:١",
        ] {
            #expect(Address(text) == nil, "\(text)")
        }
    }

    @Test func accrualAddressesBecomeURLs() {
        let good = [
            ("localhost:8081", "http://localhost:8081"), ("http://a:1", "http://a:1"),
            ("HTTPS://a.example/x/", "https://a.example/x"),
            ("[::1]:1", "http://[::1]:1"), ("http://[::1]", "http://[::1]"), ("a", "http://a"),
        ]
        for (text, url) in good { #expect(AccrualAddress(text)?.url == url, "\(text)") }
        for text in ["", "http://", "ftp://a", "http://u:p@a", "a?b", "a#b", "a b", ":80", "a:0", "a:b", "http://a\n"] {
            #expect(AccrualAddress(text) == nil, "\(text)")
        }
    }

    @Test func databasesAreFilesOrAddresses() {
        let good = [
            ("martlet.db", "martlet.db"), ("file:a.db", "a.db"), ("sqlite:/a/b.db", "/a/b.db"),
            ("sqlite:///a.db", "/a.db"),
            ("file:///a.db", "/a.db"), ("./a:b.db", "./a:b.db"),
        ]
        for (text, path) in good { #expect(DatabaseLocation(text)?.path == path, "\(text)") }
        for text in ["", "file:", "postgres://h/d e", "postgres://h\n", "mysql://h", "a/", "sqlite:"] {
            #expect(DatabaseLocation(text) == nil, "\(text)")
        }
    }

    /// Passwords with marks that a shell or an address knows, too.
    @Test(arguments: [
        ("postgres://h/d", "postgres://h/d"), ("postgresql://", "postgresql://"),
        ("postgresql://u:hidden@h,i:5/d?sslmode=disable", "postgresql://***@h,i:5/d?sslmode=disable"),
        ("postgres://u:hid$den/x@h/d", "postgres://***@h/d"), ("postgres://u:hid@den@h/d", "postgres://***@h/d"),
        ("postgres://h/d?password=hidden&x=1", "postgres://h/d?password=***"),
    ])
    func anAddressPrintsWithoutItsSecrets(text: String, printed: String) throws {
        let location = try #require(DatabaseLocation(text))
        guard case .server(let address) = location else { throw TestFailure("an address must name a server") }
        #expect(address.text == text && location.path == nil)
        for printable in [location.printable, "\(location)", "\(address)", String(reflecting: address)] {
            #expect(!printable.contains("hid") && !printable.contains("den"))
        }
        #expect(location.printable == printed)
        let argument = Array("--database-uri=\(text)".utf8)
        var rest = argument
        for place in DatabaseAddress.secrets(in: argument).joined() { rest[place] = UInt8(ascii: "*") }
        #expect(!String(decoding: rest, as: UTF8.self).contains("hid"))
        #expect(rest.count == argument.count && rest.starts(with: "--database-uri=postgres".utf8))
    }

    @Test func otherArgumentsHaveNoSecrets() {
        for text in ["", "martlet.db", "http://a:b@c", "--config=x", "postgres:", "a=b"] {
            #expect(DatabaseAddress.secrets(in: Array(text.utf8)).isEmpty, "\(text)")
        }
    }
}
