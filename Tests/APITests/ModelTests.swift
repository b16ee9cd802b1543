import Foundation
import Loyalty
import TestSupport
import Testing

/// Random runs of many users against a model of the responses. The seed of a run is the argument of the test.
struct ModelTests {
    /// The expected responses, computed as simply as possible.
    private struct Model {
        struct Reply: Equatable {
            let status: Int
            var text = ""
        }

        var passwords: [String: String] = [:]
        /// The user and the end of the session of each token.
        var sessions: [String: (user: String, end: Int64)] = [:]
        var uploads: [(number: String, user: String, at: Int64)] = []
        var withdrawals: [(order: String, user: String, sum: Int64, at: Int64)] = []
        var current: [String: Int64] = [:]
        var now = TestClock.start.milliseconds

        mutating func open(_ token: String, of user: String) {
            sessions[token] = (user, now + TestAPI.sessionSeconds * 1000)
        }

        func user(of token: String) -> String? {
            guard let session = sessions[token], session.end > now else { return nil }
            return session.user
        }

        mutating func upload(_ number: String, by user: String) -> Reply {
            if let earlier = uploads.first(where: { $0.number == number }) {
                return Reply(status: earlier.user == user ? 200 : 409)
            }
            uploads.append((number, user, now))
            return Reply(status: 202)
        }

        mutating func withdraw(_ sum: Int64, for order: String, by user: String) -> Reply {
            if let earlier = withdrawals.first(where: { $0.order == order }) {
                return Reply(status: earlier.user == user && earlier.sum == sum ? 200 : 409)
            }
            guard current[user, default: 0] >= sum else { return Reply(status: 402) }
            current[user]! -= sum
            withdrawals.append((order, user, sum, now))
            return Reply(status: 200)
        }

        func orders(of user: String) -> Reply {
            list(
                uploads.reversed().filter { $0.user == user }.map {
                    #"{"number":"\#($0.number)","status":"NEW","uploaded_at":"\#(time($0.at))"}"#
                })
        }

        func withdrawals(of user: String) -> Reply {
            list(
                withdrawals.reversed().filter { $0.user == user }.map {
                    #"{"order":"\#($0.order)","sum":\#(points($0.sum)),"processed_at":"\#(time($0.at))"}"#
                })
        }

        func balance(of user: String) -> Reply {
            let withdrawn = withdrawals.filter { $0.user == user }.reduce(0) { $0 + $1.sum }
            let current = points(current[user, default: 0])
            return Reply(status: 200, text: #"{"current":\#(current),"withdrawn":\#(points(withdrawn))}"#)
        }

        private func list(_ items: [String]) -> Reply {
            items.isEmpty ? Reply(status: 204) : Reply(status: 200, text: "[" + items.joined(separator: ",") + "]")
        }

        private func points(_ hundredths: Int64) -> String { "\(Decimal(hundredths) / 100)" }

        private func time(_ milliseconds: Int64) -> String {
            Date(timeIntervalSince1970: Double(milliseconds / 1000)).formatted(.iso8601)
        }
    }

    /// Bodies of one or two digits, so that users meet.
    private static let numbers = (0..<40).map { body in
        (0...9).map { "\(body)\($0)" }.first { (try? OrderNumber(parsing: $0.utf8)) != nil }!
    }
    private static let names = ["dave", "erin", "frank", "grace"]

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func aRandomRunGetsTheResponsesOfTheModel(seed: UInt64) async {
        var random = SeededRandom(seed: seed)
        let api = TestAPI()
        var model = Model()
        // The history of the API's users before the run.
        model.uploads = ["18", "26", "34", "042", "59", "91"].map { ($0, "", 0) }
        model.withdrawals = ["75", "83", "067"].map { ($0, "", 0, 0) }
        for round in 0..<400 {
            let (scenario, reply) = step(api, &model, &random)
            let response = await api.response(to: scenario.request)
            let comment = Comment(rawValue: "seed \(seed), round \(round): \(scenario) \(response.text)")
            #expect(response.status == reply.status, comment)
            #expect(response.faults.isEmpty, comment)
            let token = response["Authorization"]?.dropFirst("Bearer ".count)
            if reply.status < 400 {
                #expect(response.text == token.map { #"{"token":"\#($0)"}"# } ?? reply.text, comment)
            }
            if let token {
                model.open(String(token), of: String(scenario.line.split(separator: "?")[1]))
            }
        }
        #expect(model.withdrawals.count > 3 && model.uploads.count > 6, "the run did something")
    }

    /// A random request, and the model's response. Time passes, and points are credited.
    private func step(
        _ api: TestAPI, _ model: inout Model, _ random: inout SeededRandom
    ) -> (Scenario, Model.Reply) {
        // A session lasts 30 days: some end during the run.
        let pause = Int64.random(in: 0...86_400_000, using: &random) / 3
        api.clock.advance(byMilliseconds: pause)
        model.now += pause
        let name = Self.names.randomElement(using: &random)!
        let number = Self.numbers.randomElement(using: &random)!
        let token = model.sessions.keys.sorted().randomElement(using: &random) ?? "none"
        let kind = Int.random(in: 0..<10, using: &random)
        if kind < 2 { return account(isNew: kind == 0, name, &model, &random) }
        let request = Self.request(kind, number, sum: .random(in: 1...300, using: &random) * 5)
        let scenario = Scenario(request.line, as: token, body: request.body, gives: 0)
        guard let user = model.user(of: token) else { return (scenario, Model.Reply(status: 401)) }
        switch kind {
        case 2...4: return (scenario, model.upload(number, by: user))
        case 5, 6:
            credit(user, api, &model, &random)
            return (scenario, model.withdraw(request.sum, for: number, by: user))
        case 7: return (scenario, model.orders(of: user))
        case 8: return (scenario, model.withdrawals(of: user))
        default: return (scenario, model.balance(of: user))
        }
    }

    private static func request(
        _ kind: Int, _ number: String, sum: Int64
    ) -> (line: String, body: Body?, sum: Int64) {
        switch kind {
        case 2...4: ("POST /api/user/orders", "\(number)", 0)
        case 5, 6: ("POST /api/user/balance/withdraw", #"{"order":"\#(number)","sum":\#(sum)e-2}"#, sum)
        case 7: ("GET /api/user/orders", nil, 0)
        case 8: ("GET /api/user/withdrawals", nil, 0)
        default: ("GET /api/user/balance", nil, 0)
        }
    }

    /// Registering or signing in. The query, which the API ignores, names the user whose session the response opens.
    private func account(
        isNew: Bool, _ name: String, _ model: inout Model, _ random: inout SeededRandom
    ) -> (Scenario, Model.Reply) {
        let password = ["p", "q"].randomElement(using: &random)!
        let known = model.passwords[name]
        let status = isNew ? (known == nil ? 200 : 409) : (known == password ? 200 : 401)
        if isNew, known == nil { model.passwords[name] = password }
        let line = "POST /api/user/\(isNew ? "register" : "login")?\(name)"
        let body: Body = #"{"login":"\#(name)","password":"\#(password)"}"#
        return (Scenario(line, body: body, gives: 0), Model.Reply(status: status))
    }

    private func credit(_ name: String, _ api: TestAPI, _ model: inout Model, _ random: inout SeededRandom) {
        guard Bool.random(using: &random), let login = try? Login(name) else { return }
        guard let user = try? api.repository.credentials(of: login).atOnce?.user else { return }
        let sum = Int64.random(in: 1...1000, using: &random)
        model.current[name, default: 0] += sum
        api.repository.credit(Points(hundredths: sum), to: user)
    }
}
