import Gzip
import HTTP
import JSON
import Pages
import Testing

@testable import API
@testable import Web

/// The page for customers: its HTML, its files and its configuration.
@Suite struct CustomerPageTests {
    private static let page = Page("Customer")
    private static let served: ShopPage = {
        var shop = Shop()
        (shop.name, shop.color, shop.pointsName) = ("Лавка \"A\"", "#a0b1c2", "зёрна")
        return ShopPage("Customer", of: shop, passwordBytesMin: 8)
    }()

    private static func response(_ line: String, _ fields: [String] = []) async -> ClientResponse {
        await TestAPI { $0.customerPage = served }.response(to: Scenario(line, fields, gives: 200).request)
    }

    /// The faults of a response, except that caches may keep it.
    private static func faults(of response: ClientResponse) -> [String] {
        response.faults.filter { $0 != "caches may keep it: \(PrerenderedPage.immutableCaching)" }
    }

    @Test func documentHasItsPolicy() async throws {
        let response = await Self.response("GET /")
        #expect(response.status == 200 && response.faults == [] && response.body == Self.page.document)
        let policy =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
        let fields = [
            ("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-cache"),
            ("Content-Security-Policy", policy), ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Permissions-Policy", "camera=(self), geolocation=(), microphone=(), payment=(), usb=()"),
        ]
        for (name, value) in fields { #expect(response[name] == value) }
    }

    @Test(arguments: page.files.map(\.path)) func fileIsServedForAYear(path: String) async throws {
        let file = try #require(Self.page.files.first { $0.path == path })
        let response = await Self.response("GET \(Self.page.address(of: file))")
        #expect(response.status == 200 && Self.faults(of: response) == [] && response.body == file.bytes)
        #expect(response["Cache-Control"] == "public, max-age=31536000, immutable")
        #expect(response["Content-Type"] == file.mediaType && response["X-Content-Type-Options"] == "nosniff")
    }

    static let addresses = ["/", "/config.json"] + page.files.map { page.address(of: $0) }

    @Test(arguments: addresses) func responseIsPackedAndConditional(address: String) async throws {
        let plain = await Self.response("GET \(address)")
        let packed = await Self.response("GET \(address)", ["Accept-Encoding: gzip, br"])
        #expect(packed.status == 200 && packed["Content-Encoding"] == "gzip" && packed["Vary"] == "Accept-Encoding")
        #expect(try Gunzip.unpack(packed.body, outputBytesMax: plain.body.count) == plain.body)
        #expect(plain["Content-Encoding"] == nil && plain["Vary"] == "Accept-Encoding")
        let head = await Self.response("HEAD \(address)")
        #expect(head.status == 200 && head.fields == plain.fields && head.body.isEmpty)
        let tag = try #require(plain["ETag"])
        let again = await Self.response("GET \(address)", ["If-None-Match: \(tag)"])
        #expect(again.status == 304 && again.body.isEmpty && again["ETag"] == tag)
        #expect(again["Cache-Control"] == plain["Cache-Control"])
        let other = await Self.response("GET \(address)", ["If-None-Match: W/\"00000000000000002\""])
        #expect(other.status == 200)
    }

    @Test func configurationIsThatOfTheShop() async throws {
        let response = await Self.response("GET /config.json")
        #expect(response["Content-Type"] == "application/json" && response["Cache-Control"] == "no-cache")
        #expect(
            response.text == """
                {"shop_name":"Лавка \\"A\\"","shop_color":"#a0b1c2","points_name":"зёрна","registration_open":true,\
                "password_bytes_min":8}
                """)
    }

    @Test func otherPathsAndMethodsAreRefused() async {
        let base = Self.page.base
        let lines = [
            ("GET /index.html", 404), ("GET /pages/", 404), ("GET \(base)", 404), ("GET \(base)Customer/", 404),
            ("GET \(base)Customer/nothing.js", 404), ("GET \(base)Customer/index.html", 404),
            ("GET \(base)Customer/../Customer/index.html", 404), ("GET \(base)Customer/%2e%2e", 404),
            ("GET /pages/0000000000000000/Customer/app.js", 404), ("POST /", 405), ("POST /config.json", 405),
            ("OPTIONS /", 204),
        ]
        for (line, status) in lines {
            let response = await Self.response(line)
            #expect(response.status == status && response.faults == [], "\(line)")
        }
    }

    /// A series of metrics goes on when a new version has other files.
    @Test func metricsNameFilesWithoutTheirHash() {
        let names = TestAPI { $0.customerPage = Self.served }.api.routes.map(\.path)
        for name in ["/", "/config.json", "/pages/{hash}/Customer/{file}"] {
            #expect(names.filter { $0 == name }.count == 1)
        }
    }

    /// Without the page, its paths do not exist.
    @Test(arguments: addresses) func pageCanBeTurnedOff(address: String) async {
        await Scenario("GET \(address)", gives: 404).run()
    }
}
