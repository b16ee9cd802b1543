import HTTP
import JSON
import Testing
import Web

@testable import API

/// The description of both APIs: `GET /openapi.json` for programs, `GET /docs` for people. `Scenario` compares every
/// response of the other tests with its description.
@Suite struct DocumentationTests {
    static let gophermart = [
        "POST /api/user/register", "POST /api/user/login", "POST /api/user/logout", "POST /api/user/password",
        "POST /api/user/orders", "GET /api/user/orders", "GET /api/user/orders/{number}", "GET /api/user/events",
        "GET /api/user/balance", "POST /api/user/balance/withdraw", "GET /api/user/withdrawals",
        "GET /api/user/balance/withdrawals", "GET /api/user", "GET /api/user/ledger", "GET /openapi.json", "GET /docs",
    ]

    static let accrual = [
        "POST /api/goods", "GET /api/goods", "DELETE /api/goods/{match}", "POST /api/orders",
        "GET /api/orders/{number}", "GET /openapi.json", "GET /docs",
    ]

    enum API: CaseIterable {
        case gophermart, accrual, staff

        var lines: [String] {
            switch self {
            case .gophermart: DocumentationTests.gophermart
            case .accrual: DocumentationTests.accrual
            case .staff: StaffRightsTests.routes.map(\.line)
            }
        }

        var described: DescribedAPI {
            switch self {
            case .gophermart: .gophermart
            case .accrual: .accrual
            case .staff: .staff
            }
        }

        var page: String {
            switch self {
            case .gophermart: String(decoding: TestAPI.body(of: "/docs"), as: UTF8.self)
            case .accrual: String(decoding: TestAccrualAPI.body(of: "/docs"), as: UTF8.self)
            case .staff: String(decoding: TestStaffAPI.body(of: "/docs"), as: UTF8.self)
            }
        }

        func response(to scenario: Scenario) async -> ClientResponse {
            switch self {
            case .gophermart: await TestAPI().response(to: scenario.request)
            case .accrual: await TestAccrualAPI().response(to: scenario.request)
            case .staff: await TestStaffAPI().response(to: scenario.request)
            }
        }
    }

    // MARK: - The document

    /// The description has every path and method that is served, and no other.
    @Test(arguments: API.allCases) func describesEveryServedRoute(api: API) async throws {
        let paths = try #require(api.described.document["paths"]?.object?.members)
        let described = paths.flatMap { path in
            (path.value.object?.members ?? []).map { "\($0.name.uppercased()) \(path.name)" }
        }
        #expect(described.sorted() == api.lines.sorted())
        for path in paths {
            let methods = path.value.object?.members.map { $0.name.uppercased() } ?? []
            let implied = methods.contains("GET") ? ["HEAD", "OPTIONS"] : ["OPTIONS"]
            let target = path.name.replacing(/{[^}]+}/, with: "18")
            let response = await api.response(to: Scenario("OPTIONS \(target)", gives: 204))
            #expect(response["Allow"]?.split(separator: ", ").map(String.init) == methods + implied)
        }
    }

    @Test(arguments: API.allCases) func everyReferenceLeadsSomewhere(api: API) throws {
        let document = api.described.document
        let references = document.allObjects.filter { $0["$ref"] != nil }
        #expect(references.count > 20)
        for reference in references { #expect(document.resolving(.object(reference)) != .null, "\(reference)") }
    }

    /// Every component is referred to.
    @Test(arguments: API.allCases) func everyComponentIsUsed(api: API) throws {
        let document = api.described.document
        let used = Set(document.allObjects.compactMap { $0["$ref"]?.string })
        for kind in try #require(document["components"]?.object?.members) where kind.name != "securitySchemes" {
            for component in kind.value.object?.members ?? [] {
                #expect(used.contains("#/components/\(kind.name)/\(component.name)"))
            }
        }
    }

    @Test(arguments: API.allCases) func operationsHaveNamesOfTheirOwn(api: API) {
        let ids = api.described.document.allObjects.compactMap { $0["operationId"]?.string }
        #expect(ids.count == api.lines.count && Set(ids).count == ids.count)
    }

    /// The examples of schemas, and those of bodies, which are JSON or text.
    @Test(arguments: API.allCases) func everyExampleIsAdmitted(api: API) {
        let document = api.described.document
        let schemas = JSONSchema(document: document)
        var count = 0
        for object in document.allObjects {
            var examples = object["examples"]?.array?.map { ($0, JSONValue.object(object)) } ?? []
            if let schema = object["schema"], let named = object["examples"]?.object?.members {
                examples += named.compactMap { example in example.value["value"].map { ($0, schema) } }
            }
            for (example, schema) in examples { #expect(schemas.faults(of: example, against: schema) == []) }
            count += examples.count
        }
        #expect(count > 20)
    }

    /// Every refusal is a problem document, except the one that the contract has in plain text.
    @Test(arguments: API.allCases) func everyRefusalIsAProblem(api: API) throws {
        let document = api.described.document
        for path in try #require(document["paths"]?.object?.members) {
            for (method, operation) in (path.value.object?.members ?? []).map({ ($0.name, $0.value) }) {
                for (status, response) in (operation["responses"]?.object?.members ?? []).map({ ($0.name, $0.value) })
                where status >= "400" && (path.name, status) != ("/api/orders/{number}", "429") {
                    let types = document.resolving(response)["content"]?.object?.members.map(\.name)
                    #expect(types == ["application/problem+json"], "\(method) \(path.name) \(status)")
                }
            }
        }
    }

    // MARK: - The check itself

    static let responses: [(line: String, response: (Status, String?), faults: Int)] = [
        ("GET /api/user/balance", (.ok, #"{"current":1.25,"withdrawn":0}"#), 0),
        ("HEAD /api/user/balance?x", (.ok, #"{"current":1.25,"withdrawn":0}"#), 0),
        ("GET /api/user/balance", (.ok, #"{"current":1.255,"withdrawn":0}"#), 1),
        ("GET /api/user/balance", (.ok, #"{"current":-1,"withdrawn":0}"#), 1),
        ("GET /api/user/balance", (.ok, #"{"current":"1","withdrawn":0}"#), 3),
        ("GET /api/user/balance", (.ok, #"{"current":1}"#), 1),
        ("GET /api/user/balance", (.ok, #"{"current":1,"withdrawn":0,"more":1}"#), 1),
        ("GET /api/user/balance", (.ok, "[]"), 2),
        ("GET /api/user/balance", (.ok, nil), 1),
        ("GET /api/user/balance", (.ok, "1"), 2),
        ("GET /api/user/withdrawals", (.ok, "not JSON"), 2),
        ("GET /api/user/balance", (.accepted, nil), 1),
        ("GET /api/user/balance", (.conflict, nil), 1),
        ("GET /api/user/orders", (.noContent, nil), 0),
        ("GET /api/user/orders", (.ok, "[]"), 1),
        ("GET /api/user/orders", (.ok, #"[{"number":"1x","status":"OLD","uploaded_at":"2020-12-10"}]"#), 3),
        ("POST /api/user/login", (.ok, nil), 3),
        ("GET /nowhere", (.ok, nil), 1),
        ("PUT /api/user/orders", (.ok, nil), 1),
        ("POST /api/user/balance/withdraw", (.serviceUnavailable, nil), 2),
    ]

    @Test(arguments: responses)
    func aResponseThatIsDescribedOtherwiseIsFound(line: String, response described: (Status, String?), faults: Int) {
        var response =
            described.1.map { Response(described.0, contentType: "application/json", .bytes(Array($0.utf8))) }
            ?? Response(described.0)
        response.requestID = RequestIDs(prefix: 0x5EED).id(of: RequestError(.badRequest, ""))
        let found = DescribedAPI.gophermart.faults(
            of: ClientResponse(response, omitsBody: false), to: Scenario(line, gives: 200).request)
        #expect(found.count == faults, "\(found)")
    }

    // MARK: - The page

    /// Each operation, problem and schema has an anchor, and each link within the page leads to one.
    @Test(arguments: API.allCases) func pageHasAnAnchorForEverything(api: API) throws {
        let page = api.page
        let ids = page.matches(of: /\bid="([^"]+)"/).map { String($0.1) }
        #expect(Set(ids).count == ids.count, "an anchor stands once")
        let document = api.described.document
        for id in document.allObjects.compactMap({ $0["operationId"]?.string }) { #expect(ids.contains(id)) }
        for schema in try #require(document["components", "schemas"]?.object?.members) {
            #expect(ids.contains("schema-\(schema.name)"))
        }
        for type in ProblemType.all { #expect(ids.contains(String(type.uri.drop { $0 != "#" }.dropFirst()))) }
        let links = page.matches(of: /href="#([^"]+)"/).map { String($0.1) }
        #expect(links.count > 30)
        for link in links { #expect(ids.contains(link), "#\(link)") }
    }

    /// Elements are nested properly, and the page loads its own script and style sheet alone.
    @Test(arguments: API.allCases) func pageIsWellFormedAndLoadsItsOwnFiles(api: API) async throws {
        let page = api.page
        var open: [Substring] = []
        for tag in page.matches(of: /<(\/?)([a-z0-9]+)[^<>]*>/) where !["meta", "link"].contains(tag.2) {
            if tag.1.isEmpty { open.append(tag.2) } else { #expect(open.popLast() == tag.2) }
        }
        #expect(open.isEmpty)
        #expect(page.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
        #expect(page.contains(#"<meta name="viewport" content="width=device-width, initial-scale=1">"#))
        for word in [
            "<style", "<img", "<iframe", "style=\"", "javascript:", "url(", "@import", "http-equiv", "<script>",
        ] {
            #expect(!page.contains(word), "\(word)")
        }
        let loaded = page.matches(of: /<(?:script|link)[^>]* (?:src|href)="([^"]+)"/).map { String($0.1) }
            .filter { !$0.hasPrefix("data:") }
        #expect(loaded.count == 2)
        for address in loaded {
            #expect(address.hasPrefix("/pages/"))
            let file = await api.response(to: Scenario("GET \(address)", gives: 200))
            #expect(file.status == 200 && file["Cache-Control"] == "public, max-age=31536000, immutable")
        }
    }

    /// The policy allows no other host, no script or style in the HTML, and no HTML made of text.
    @Test(arguments: API.allCases) func policyIsStrict(api: API) async {
        let response = await api.response(to: Scenario("GET /docs", gives: 200))
        let policy = """
            default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
            form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
            trusted-types 'none'
            """
        #expect(response["Content-Security-Policy"] == policy)
    }

    /// Packed, a page with its files takes a second in a phone's slow network. The staff's API has the largest.
    @Test(arguments: API.allCases) func pageIsSmall(api: API) async {
        let packed = await api.response(to: Scenario("GET /docs", ["Accept-Encoding: gzip"], gives: 200)).body.count
        #expect(packed < 45_000, "\(packed) bytes")
    }

    /// Every operation has a sample in each language, also those of the first steps.
    @Test(arguments: API.allCases) func everyOperationHasSamples(api: API) {
        let page = api.page
        for language in ["curl", "JavaScript", "Python"] {
            let count = page.ranges(of: "<figure data-language=\"\(language)\">").count
            #expect(count > api.lines.count)
        }
    }

    // MARK: - Both as responses

    @Test(arguments: API.allCases, ["/openapi.json", "/docs"]) func isPackedAndHasNoGuesses(api: API, path: String)
        async
    {
        let plain = await api.response(to: Scenario("GET \(path)", gives: 200))
        let packed = await api.response(to: Scenario("GET \(path)", ["Accept-Encoding: gzip"], gives: 200))
        let head = await api.response(to: Scenario("HEAD \(path)", gives: 200))
        for response in [plain, packed, head] {
            #expect(response.status == 200 && response.faults.isEmpty)
            #expect(response["X-Content-Type-Options"] == "nosniff" && response["Vary"] == "Accept-Encoding")
        }
        #expect(plain["Content-Encoding"] == nil && head.fields == plain.fields && head.body.isEmpty)
        let tag = plain["ETag"] ?? ""
        let again = await api.response(to: Scenario("GET \(path)", ["If-None-Match: \(tag)"], gives: 304))
        #expect(again.status == 304 && again["ETag"] == tag && again.body.isEmpty)
        #expect(again["Cache-Control"] == "no-cache")
        #expect(packed["Content-Encoding"] == "gzip" && packed.body.count < plain.body.count / 3)
    }
}
