import EndToEndSupport
import Foundation
import HTTP
import Posix
import Testing

/// Requests and responses as real clients send and keep them: cookie jars, proxies, browsers, apps and typed clients.
@Suite(.serialized)
struct ClientHabitTests {
    private static let balance = #"{"current":0,"withdrawn":0}"#

    /// A client that has registered, and its token. The client shows no session by itself.
    private func customer(
        _ environment: [String: String] = [:], in folder: Folder? = nil
    ) throws -> (Server, Client, token: String) {
        let server = try Server.serving(in: folder ?? Folder(), environment: environment)
        let client = try server.client()
        let answer = try client.send("POST", "/api/user/register", #"{"login":"anna","password":"secret"}"#)
        #expect(answer.status == 200 && answer["Content-Type"] == "application/json")
        let token = try #require(answer.json?.object?["token"]?.string)
        #expect(answer["Authorization"] == "Bearer \(token)")
        return (server, client, token)
    }

    /// `$Version="1"` is what the JDK's jar sends for a cookie without `Expires`; `Basic` is a proxy's.
    @Test func aSessionIsPresentedInEveryWay() throws {
        let (server, client, token) = try customer()
        defer { withExtendedLifetime(server) {} }
        let ways: [[String]] = [
            ["Authorization: Bearer \(token)"], ["authorization: bearer   \(token)"], ["Authorization: \(token)"],
            ["Cookie: session=\(token)"], [#"Cookie: $Version="1"; session="\#(token)""#],
            [#"Cookie: $Version="1"; session="\#(token)";$Path="/";$Domain="localhost.local""#],
            ["Cookie: session=other; session=\(token)"], ["Cookie: session=other", "Cookie: session=\(token)"],
            ["Cookie: session=\(token)", "Authorization: Basic cHJveHk6c2VjcmV0"],
            ["Cookie: session=\(token)", "Authorization: Negotiate"], ["Cookie: session=\(token)", "Authorization: "],
            ["Authorization: Bearer \(token)", "Cookie: session=other"],
            ["Authorization: Basic cHJveHk6c2VjcmV0", "Authorization: Bearer \(token)"],
        ]
        for fields in ways {
            #expect(try client.send("GET", "/api/user/balance", fields: fields).text == Self.balance, "\(fields)")
            let profile = try client.send("GET", "/api/user", fields: fields)
            #expect(profile.text.hasPrefix(#"{"login":"anna","created_at":"20"#), "\(fields)")
        }
        let others = (0..<8).map { "session=other\($0); " }.joined()
        for fields in [
            [], ["Cookie: session="], ["Authorization: Basic \(token)"], ["Cookie: \(others)session=\(token)"],
            ["Authorization: Bearer other", "Cookie: session=\(token)"],
        ] {
            let answer = try client.send("GET", "/api/user", fields: fields)
            #expect(answer.status == 401 && answer["Cache-Control"] == "no-store", "\(fields)")
        }
    }

    /// Cookies also have `Expires`, for jars that know no `Max-Age`.
    @Test func cookiesHaveTheirNameAndTheirEnd() throws {
        let (server, client, token) = try customer([
            "MARTLET_SESSIONS_COOKIE_NAME": "shop", "MARTLET_SESSIONS_LIFETIME_S": "3600",
        ])
        defer { withExtendedLifetime(server) {} }
        let signIn = #"{"login":"anna","password":"secret"}"#
        let before = Date()
        let answer = try client.send("POST", "/api/user/login", signIn)
        let cookies = answer.fields.filter { $0.name == "Set-Cookie" }.map(\.value)
        #expect(cookies.map { $0.prefix { $0 != "=" } } == ["shop", "device"])
        for (cookie, lifetimeSeconds) in zip(cookies, [3600, 365 * 86_400] as [Double]) {
            let date = try #require(cookie.firstMatch(of: /Max-Age=\d+; Expires=([^;]+ GMT)$/)?.1)
            let format = DateFormatter()
            format.locale = Locale(identifier: "en_US_POSIX")
            format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
            let end = try #require(format.date(from: String(date)))
            #expect(abs(end.timeIntervalSince(before) - lifetimeSeconds) < 60)
        }
        #expect(try client.send("GET", "/api/user", fields: ["Cookie: session=\(token)"]).status == 401)
        #expect(try client.send("GET", "/api/user", fields: ["Cookie: session=x; shop=\"\(token)\""]).status == 200)
        let signedOut = try client.send("POST", "/api/user/logout", fields: ["Cookie: shop=\(token)"])
        #expect(
            signedOut["Set-Cookie"]
                == "shop=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(try client.send("GET", "/api/user", fields: ["Cookie: shop=\(token)"]).status == 401)
    }

    @Test(arguments: ["device", "Device", "a b", "a=b", "$session", "é", "a;b", "__Host-session", "__Secure-x"])
    func aCookieNameThatCanNotBeIsRefused(name: String) throws {
        let server = try Server(
            in: try Folder(), arguments: ["config"], environment: ["MARTLET_SESSIONS_COOKIE_NAME": name])
        #expect(try server.waitForEnd() == 78)
        #expect(server.logText.contains("sessions.cookie_name"))
    }

    /// A proxy has changed `Host`; the browser's `Sec-Fetch-Site` decides.
    @Test func aBrowserBehindAProxyIsServed() throws {
        let (server, client, token) = try customer()
        defer { withExtendedLifetime(server) {} }
        let cookie = "Cookie: session=\(token)"
        let origin = "Origin: https://shop.example"
        let own = try client.send(
            "POST", "/api/user/orders", orderNumber(1), fields: [cookie, origin, "Sec-Fetch-Site: same-origin"])
        #expect(own.status == 202)
        let old = try client.send("POST", "/api/user/orders", orderNumber(2), fields: [cookie, origin])
        #expect(old.status == 403)
        #expect(old.text.contains("the Origin is shop.example, the Host is \(client.address)."))
        // A page of another site makes the browser send this; the proxy's `Basic` is added to it.
        let foreign = ["Origin: https://evil.example", "Authorization: Basic cHJveHk6c2VjcmV0"]
        for fields in [foreign, foreign + [cookie], foreign + ["Sec-Fetch-Site: cross-site"]] {
            let answer = try client.send(
                "POST", "/api/user/login", #"{"login":"anna","password":"secret"}"#, fields: fields)
            #expect(answer.status == 403 && answer["Set-Cookie"] == nil, "\(fields)")
        }
    }

    @Test func anAppWithItsOwnSchemeIsServed() throws {
        let (server, client, token) = try customer([
            "MARTLET_CORS_ORIGINS": "https://shop.example:443 , capacitor://localhost,ionic://localhost,app://-,"
                + "chrome-extension://abcdefghijklmnopabcdefghijklmnop,file://"
        ])
        defer { withExtendedLifetime(server) {} }
        for origin in ["capacitor://localhost", "app://-", "https://shop.example", "file://"] {
            let preflight = try client.send(
                "OPTIONS", "/api/user/orders",
                fields: ["Origin: \(origin)", "Access-Control-Request-Method: POST"])
            #expect(preflight.status == 204 && preflight["Access-Control-Allow-Origin"] == origin)
            let fields = ["Origin: \(origin)", "Sec-Fetch-Site: cross-site", "Authorization: Bearer \(token)"]
            let answer = try client.send("POST", "/api/user/balance/withdraw", "{}", fields: fields)
            #expect(answer.status == 400 && answer["Access-Control-Allow-Origin"] == origin)
        }
        #expect(try client.send("GET", "/docs", fields: ["Origin: app://x"])["Access-Control-Allow-Origin"] == nil)
    }

    /// Sums as programs calculate and write them, and the list under its older path.
    @Test func sumsAreReadAsTheyAreMeant() throws {
        let (server, client, token) = try customer()
        let fields = ["Authorization: \(token)"]
        let adjust = try Server(
            in: server.folder, arguments: ["adjust", "anna", "+1000", "--reason", "gift"],
            environment: ["DATABASE_URI": server.folder.file("martlet.db")])
        #expect(try adjust.waitForEnd() == 0)
        let sums: [(sum: String, status: Int)] = [
            ("0.30000000000000004", 200), (#""100.33""#, 200), ("300.98999999999995", 200), ("5e1", 200),
            (#""5e1""#, 200), ("1.2345", 422), (#""1.2345""#, 422), (#""1,5""#, 400), ("0.0000001", 422),
            (#""""#, 400), ("null", 400), ("1e400", 422),
        ]
        for (index, (sum, status)) in sums.enumerated() {
            let body = #"{"order":"\#(orderNumber(100 + index))","sum":\#(sum)}"#
            #expect(
                try client.send("POST", "/api/user/balance/withdraw", body, fields: fields).status == status, "\(sum)")
        }
        let numeric = #"{"order":\#(orderNumber(100)),"sum":1}"#
        #expect(try client.send("POST", "/api/user/balance/withdraw", numeric, fields: fields).status == 400)
        let balance = try client.send("GET", "/api/user/balance", fields: fields)
        #expect(balance.text == #"{"current":498.38,"withdrawn":501.62}"#)
        let older = try client.send("GET", "/api/user/balance/withdrawals?limit=2", fields: fields)
        let newer = try client.send("GET", "/api/user/withdrawals?limit=2", fields: fields)
        #expect(older.status == 200 && older.text == newer.text)
        #expect(older["Link"]?.hasPrefix("</api/user/balance/withdrawals?limit=2&cursor=") ?? false)
    }

    /// Bodies and heads as libraries write them.
    @Test func otherSpellingsOfARequestAreServed() throws {
        let (server, client, token) = try customer()
        defer { withExtendedLifetime(server) {} }
        let bearer = "Authorization: Bearer \(token)"
        let mark = "\u{FEFF}"
        let signIn = #"{"unknown":[1,{"a":null}],"password":"secret","login":"anna"}"#
        for type in ["application/json; charset=UTF-8", "text/plain", "application/vnd.api+json", "*/*"] {
            let answer = try client.send("POST", "/api/user/login", mark + signIn, fields: ["Content-Type: \(type)"])
            #expect(answer.status == 200, "\(type)")
        }
        for accept in ["application/xml", "text/html", "*/*;q=0.1", "image/*"] {
            let answer = try client.send("GET", "/api/user/balance", fields: [bearer, "Accept: \(accept)"])
            #expect(answer.text == Self.balance, "\(accept)")
        }
        let plain = try client.send("GET", "/api/user/balance", fields: [bearer, "Accept-Encoding: identity;q=0"])
        #expect(plain.text == Self.balance)
        let expecting = try client.send(
            "POST", "/api/user/orders", " \(orderNumber(5))\r\n", fields: [bearer, "Expect: 100-continue"])
        #expect(expecting.status == 202)
        let absolute = try client.send(
            "GET", "http://\(client.address)/api/user/orders/\(orderNumber(5))", fields: [bearer])
        #expect(absolute.status == 200)
        let quoted = try client.send("POST", "/api/user/orders", "\"\(orderNumber(6))\"", fields: [bearer])
        #expect(quoted.status == 422)
        #expect(try client.send("GET", "/api/user/orders/", fields: [bearer]).status == 404)
    }

    /// A browser's stream has received no event yet when the server restarts. The id of the opening comment leads to a
    /// reset.
    @Test func aStreamWithoutEventsIsResetAfterARestart() throws {
        let folder = try Folder()
        let (server, client, token) = try customer(in: folder)
        let follower = try EventFollower(server.endpoint(), authorization: "Bearer \(token)")
        let id = try #require(follower.lastEventID)
        #expect(follower.events.isEmpty)
        // A lost connection alone loses no events.
        let again = try EventFollower(server.endpoint(), authorization: token, lastEventID: id)
        #expect(
            try client.send("POST", "/api/user/orders", orderNumber(7), fields: ["Authorization: \(token)"]).status
                == 202)
        server.killAtOnce()
        let next = try Server.serving(in: folder)
        let after = try EventFollower(next.endpoint(), authorization: token, lastEventID: id)
        try after.waitForEvents(1)
        #expect(after.events.first?.name == "reset" && !again.events.contains { $0.name == "reset" })
    }

    /// Nothing about a user may be kept by a cache in front, errors and the front's own refusals included.
    @Test func noResponseMayBeCachedByAProxy() throws {
        let (server, client, token) = try customer()
        let bearer = "Authorization: Bearer \(token)"
        let order = orderNumber(9)
        #expect(try client.send("POST", "/api/user/orders", order, fields: [bearer])["Cache-Control"] == "no-store")
        for (method, path, fields) in [
            ("GET", "/api/user/orders/18", [bearer]), ("GET", "/api/user/orders/\(order)", [bearer]),
            ("GET", "/api/user/orders/\(order)", []), ("PUT", "/api/user/orders", [bearer]),
            ("POST", "/api/user/orders", [bearer]), ("POST", "/api/user/logout", ["Origin: null"]),
            ("GET", "/api/user/orders?limit=x", [bearer]), ("GET", "/nowhere", [bearer]),
            ("GET", "/api/user/withdrawals", [bearer]), ("POST", "/api/user/login", []),
        ] {
            let answer = try client.send(method, path, fields: fields)
            #expect(["no-store", "private, no-cache"].contains(answer["Cache-Control"]), "\(method) \(path)")
        }
        for text in [
            "GET / HTTP/1.1\r\n\r\n", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/9.9\r\nHost: a\r\n\r\n",
        ] {
            let broken = try server.client()
            try broken.write(Array(text.utf8))
            let answer = try broken.answer()
            #expect(answer.status >= 400 && answer["Cache-Control"] == "no-store", "\(text)")
        }
    }
}
