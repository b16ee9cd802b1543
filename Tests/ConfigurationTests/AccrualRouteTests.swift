import Testing

@testable import Configuration

/// Which proxy and which certificates the accrual system is asked with.
struct AccrualRouteTests {
    private static let proxies = ["http_proxy": "http://proxy:3128", "https_proxy": "http://secure:3128"]

    private func proxy(_ address: String, _ environment: [String: String]) throws -> String? {
        let address = try #require(AccrualAddress(address))
        return AccrualRoute(to: address, authoritiesFile: nil, environment: environment).proxy
    }

    @Test(arguments: [
        "localhost", "localhost:8081", "LOCALHOST:8081", "http://localhost./x", "https://localhost",
        "accrual.localhost:1",
        "127.0.0.1", "127.0.0.1:80", "https://127.255.255.254:8443", "127.1:80", "[::1]:80", "http://[::1]",
        "[::ffff:127.0.0.1]:80", "0.0.0.0:80", "[::]:80",
    ])
    func noProxyForThisMachine(address: String) throws {
        #expect(try proxy(address, Self.proxies.merging(["all_proxy": "socks5://all:1080"]) { $1 }) == nil)
    }

    @Test func theSchemeDecides() throws {
        let all = ["all_proxy": "socks5://all:1080", "HTTP_PROXY": "http://forged:1"]
        let cases: [(address: String, environment: [String: String], proxy: String?)] = [
            ("accrual:80", Self.proxies, "http://proxy:3128"), ("https://accrual", Self.proxies, "http://secure:3128"),
            ("accrual:80", all, "socks5://all:1080"), ("https://accrual", all, "socks5://all:1080"),
            ("accrual:80", ["HTTP_PROXY": "http://forged:1"], nil), ("accrual:80", [:], nil),
            ("https://accrual", ["HTTPS_PROXY": "http://secure:1"], "http://secure:1"),
            ("accrual:80", ["http_proxy": "", "ALL_PROXY": "http://all:1"], "http://all:1"),
            ("128.0.0.1:80", Self.proxies, "http://proxy:3128"),
            ("localhost.example:80", Self.proxies, "http://proxy:3128"),
            ("127.example:80", Self.proxies, "http://proxy:3128"), ("[fe80::1]:80", Self.proxies, "http://proxy:3128"),
        ]
        for (address, environment, expected) in cases {
            #expect(try proxy(address, environment) == expected, "\(address) \(environment)")
        }
    }

    @Test func exceptionsNameHostsDomainsAndNetworks() throws {
        let cases: [(address: String, exceptions: String, isExcepted: Bool)] = [
            ("accrual.example:80", "*", true), ("accrual.example:80", "accrual.example", true),
            ("accrual.example:80", "other, .example", true), ("accrual.example:80", "example", true),
            ("accrual.example:80", "*.example", true), ("Accrual.Example.:80", "ACCRUAL.example", true),
            ("accrual.example:80", "ual.example", false), ("accrual.example:80", "", false),
            ("accrual.example:80", "accrual", false), ("accrual.example:80", "accrual.example:80", true),
            ("accrual.example:80", "accrual.example:81", false), ("10.1.2.3:80", "10.0.0.0/8", true),
            ("10.1.2.3:80", "10.1.2.3", true), ("11.1.2.3:80", "10.0.0.0/8", false), ("11.1.2.3:80", "1.2.3", false),
            ("[2001:db8::5]:80", "2001:db8::/32", true), ("[2001:db8::5]:80", "2001:db8::5", true),
            ("[2001:db8::5]:80", "[2001:db8::5]", true), ("accrual.example:80", ".", false),
        ]
        for (address, exceptions, isExcepted) in cases {
            for name in ["no_proxy", "NO_PROXY"] {
                let environment = Self.proxies.merging([name: exceptions]) { $1 }
                #expect((try proxy(address, environment) == nil) == isExcepted, "\(address) \(exceptions)")
            }
        }
    }

    /// The log names the proxy, and neither its user nor its password.
    @Test(arguments: [
        ("http://proxy:3128", "http://proxy:3128"), ("http://anna:secret@proxy:3128/", "http://proxy:3128"),
        ("anna:secret@proxy:3128", "proxy:3128"), ("socks5h://anna:p@ss@proxy:1080", "socks5h://proxy:1080"),
        ("http://proxy:3128/?secret", "http://proxy:3128"),
    ])
    func theLogHasNoCredentials(proxy: String, shown: String) throws {
        let address = try #require(AccrualAddress("accrual:80"))
        let route = AccrualRoute(to: address, authoritiesFile: nil, environment: ["http_proxy": proxy])
        #expect(route.description == " through the proxy \(shown)")
        #expect(route.proxy == proxy)
    }

    @Test func theSettingCountsBeforeTheEnvironment() throws {
        let address = try #require(AccrualAddress("https://accrual"))
        let environment = ["SSL_CERT_FILE": "/etc/a.pem", "SSL_CERT_DIR": "/etc/certs"]
        let fromEnvironment = AccrualRoute(to: address, authoritiesFile: nil, environment: environment)
        #expect(fromEnvironment.authoritiesFile == "/etc/a.pem" && fromEnvironment.authoritiesFolder == "/etc/certs")
        let set = AccrualRoute(to: address, authoritiesFile: "/etc/b.pem", environment: environment)
        #expect(set.authoritiesFile == "/etc/b.pem" && set.authoritiesFolder == nil)
        let neither = AccrualRoute(to: address, authoritiesFile: nil, environment: [:])
        #expect(neither.authoritiesFile == nil && neither.authoritiesFolder == nil)
    }
}
