import HTTP
import TestSupport
import Testing

/// Whatever the body or the fields are, the response is one that the route has: nothing traps, and nothing is a 5xx.
@Suite struct DamagedRequestTests {
    struct Route: Sendable {
        let path: String
        let body: String
        /// The members of a JSON body; empty if the body is not JSON.
        let names: [String]
        let statuses: Set<Int>
    }

    static let routes = [
        Route(
            path: "/api/user/register", body: #"{"login":"dave","password":"s3cr3t-w0rd"}"#,
            names: ["login", "password"], statuses: [200, 400, 409]),
        Route(
            path: "/api/user/login", body: #"{"password":"s3cr3t-w0rd","login":"\u0061nn"}"#,
            names: ["login", "password"], statuses: [200, 400, 401, 429]),
        Route(
            path: "/api/user/password", body: #"{"current":"s3cr3t-w0rd","new":"s3cr3t-w0rd"}"#,
            names: ["current", "new"], statuses: [204, 400, 403, 429]),
        Route(path: "/api/user/orders", body: " 12345678903\r\n", names: [], statuses: [200, 202, 400, 409, 422]),
        Route(
            path: "/api/user/balance/withdraw", body: #"{"order":" 18\n","sum":5e1,"x":[{},null,true]}"#,
            names: ["order", "sum"], statuses: [200, 400, 402, 409, 422]),
    ]

    static let texts = [
        #""ann""#, #""secret""#, #""s3cr3t-w0rd""#, #""18""#, #""75""#, #""83""#, #""2377225624""#, #"" 00\n""#,
        #""1 8""#, #""""#, #""\u0000""#, #""\ud83d\ude00""#, #""\"\\""#, "\"caf\u{E9}\"",
    ]
    static let numbers = [
        "18", "0", "-0", "-1", "0.01", "0.001", "1e1", "1e-2", "1e-3", "1e400", "1e-400", "41.5", "5e-1", "500.51",
        "92233720368547758.07", "92233720368547758.08", "-92233720368547758.08", "1E99999999999999999999",
    ]
    static let others = ["null", "true", "[]", "{}", #"{"sum":1}"#, "[[[[]]]]", "01", "+1", "", #""\ud83d""#, #""\a""#]

    private func value(for name: String, _ random: inout SeededRandom) -> String {
        let fitting = name == "sum" ? Self.numbers : Self.texts
        let values = Int.random(in: 0..<6, using: &random) > 0 ? fitting : Self.texts + Self.numbers + Self.others
        return values.randomElement(using: &random)!
    }

    /// A body of the route with other values, with more or fewer keys, with spoiled bytes, or with all of these.
    private func damagedBody(of route: Route, _ random: inout SeededRandom) -> [UInt8] {
        var body = Array(route.body.utf8)
        if !route.names.isEmpty, Int.random(in: 0..<3, using: &random) > 0 {
            var names = route.names.shuffled(using: &random)
            if Int.random(in: 0..<4, using: &random) == 0 { names.append("x") }
            if Int.random(in: 0..<16, using: &random) == 0 { names.append(names[0]) }
            if Int.random(in: 0..<16, using: &random) == 0 { names.removeFirst() }
            let members = names.map { #""\#($0)":\#(value(for: $0, &random))"# }
            body = Array("{\(members.joined(separator: ","))}".utf8)
        }
        for _ in 0..<[0, 0, 1, 1, 2, 4].randomElement(using: &random)! {
            Damage.random(&random).apply(to: &body, &random)
        }
        return body
    }

    @Test(arguments: 1...16 as ClosedRange<UInt64>)
    func damagedBodyGetsAResponseOfItsRoute(seed: UInt64) async {
        var random = SeededRandom(seed: seed)
        let api = TestAPI()
        for round in 0..<500 {
            let route = Self.routes.randomElement(using: &random)!
            var body = damagedBody(of: route, &random)
            let isPacked = Int.random(in: 0..<8, using: &random) == 0
            if isPacked {
                body = Body.gzip(body).bytes
                if Bool.random(using: &random) { Damage.random(&random).apply(to: &body, &random) }
            }
            let request = Scenario(
                "POST \(route.path)", as: "ann", isPacked ? PackedBodyTests.gzip : [], body: Body(body), gives: 0)
            let changesBefore = api.repository.changeCount
            // Guesses without a pause between them would all get 429.
            api.clock.advance(bySeconds: 600)
            let response = await api.response(to: request.request)
            let comment = Comment(
                rawValue: "seed \(seed), round \(round): \(request) \(response.status) \(response.text)")
            #expect(route.statuses.contains(response.status), comment)
            #expect(response.faults.isEmpty, comment)
            #expect(!response.text.contains("s3cr3t"), comment)
            #expect(response.status < 400 || api.repository.changeCount == changesBefore, comment)
        }
    }

    static let fields = [
        "Authorization: Bearer ann", "Cookie: theme=dark; session=ann", "Origin: https://shop.example:443",
        "Sec-Fetch-Site: same-origin", "Content-Encoding: identity, gzip", "Accept-Encoding: gzip;q=0.5, *;q=0",
        "Host: shop.example:8080", "X: y",
    ]

    @Test(arguments: 1...16 as ClosedRange<UInt64>)
    func damagedFieldsGetAResponse(seed: UInt64) async {
        var random = SeededRandom(seed: seed)
        let api = TestAPI()
        for number in 0..<20 { api.addOrder("\(number)", .new, accrual: 0, at: TestClock.start, of: "ann") }
        let lines = ["GET /api/user/orders", "HEAD /api/user/balance", "POST /api/user/orders", "OPTIONS *", "GET /x"]
        for round in 0..<500 {
            let fields = (0..<Int.random(in: 1...5, using: &random)).map { _ in
                damaged(Self.fields.randomElement(using: &random)!, &random)
            }
            let line = lines.randomElement(using: &random)!
            let hasBody = line.hasPrefix("POST")
            let request = Scenario(line, fields, body: hasBody ? "00" : nil, gives: 0)
            let response = await api.response(to: request.request)
            let comment = Comment(
                rawValue: "seed \(seed), round \(round): \(request) \(response.status) \(response.text)")
            #expect(response.status < 500, comment)
            #expect(response.faults.isEmpty, comment)
        }
    }

    /// The same field with other bytes in its value. A line end would make it another field.
    private func damaged(_ field: String, _ random: inout SeededRandom) -> String {
        let colon = field.firstIndex(of: ":")!
        var value = Array(field[colon...].dropFirst().utf8)
        if Bool.random(using: &random) { Damage.random(&random).apply(to: &value, &random) }
        let text = String(decoding: value.filter { $0 >= 0x20 && $0 != 0x7F }, as: UTF8.self)
        return field[...colon] + text
    }
}

/// A way of spoiling bytes.
enum Damage: CaseIterable {
    case flip, remove, double, insert, cut, swap

    static func random(_ random: inout SeededRandom) -> Damage { allCases.randomElement(using: &random)! }

    /// Texts over which parsers stumble.
    private static let tokens: [String] = [
        "\"", "\\", "{", "}", "[", "]", ",", ":", "\0", "\u{FEFF}", "\\u0000", "\\ud800", "\\udc00", "null", "true",
        "-",
        "-0", "0", "1e400", "1e-400", "1e99999999999999999999", ".", "e", "0.001", "92233720368547758.08", "'", " ",
        "\t",
        "\r\n", ";", "=", "q=", ";q=1.", "://", "@", "*", "é", "😀", "\"login\":", "\"sum\":", "\"order\":",
        String(repeating: "9", count: 400), String(repeating: "[", count: 40), String(repeating: "x", count: 1100),
    ]

    func apply(to bytes: inout [UInt8], _ random: inout SeededRandom) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        let end = min(bytes.count, place + Int.random(in: 0...8, using: &random))
        switch self {
        case .flip: if place < bytes.count { bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random) }
        case .remove: bytes.removeSubrange(place..<end)
        case .double: bytes.insert(contentsOf: Array(bytes[place..<end]), at: place)
        case .insert:
            let token = Array(Self.tokens.randomElement(using: &random)!.utf8)
            bytes.insert(
                contentsOf: Bool.random(using: &random) ? token : [.random(in: 0...255, using: &random)], at: place)
        case .cut: bytes.removeSubrange(place...)
        case .swap: bytes = Array(bytes[place...] + bytes[..<place])
        }
    }
}
