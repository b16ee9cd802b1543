import EndToEndSupport
import Foundation
import Synchronization
import TestSupport
import Testing

/// Unreliable accrual systems: no false points are credited, and every order that can be finished is.
struct MisbehavingAccrualTests {
    /// Short times, so that trouble begins and ends within a second or two.
    static let hurried = [
        "MARTLET_DISPATCHER_INTERVAL_MS": "50", "MARTLET_DISPATCHER_REQUEST_TIMEOUT_MS": "300",
        "MARTLET_DISPATCHER_RETRY_DELAY_MIN_MS": "100", "MARTLET_DISPATCHER_RETRY_DELAY_MAX_MS": "500",
    ]

    enum Kind: String, CaseIterable {
        case hangingUp, hanging, dripping, anotherOrder, unknownStatus, negative, enormous, notJSON, tooLarge, redirect
        case failing

        func answer(about order: String) -> AccrualServer.Answer {
            switch self {
            case .hangingUp: AccrualServer.Answer(status: "200 OK", delivery: .hangUp)
            case .hanging: AccrualServer.Answer(status: "200 OK", delivery: .never)
            case .dripping:
                AccrualServer.Answer(
                    status: "200 OK", body: #"{"order":"\#(order)","status":"PROCESSED","accrual":500}"#,
                    delivery: .dripping)
            case .anotherOrder: .known(orderNumber(999_999_999), "PROCESSED", accrual: "500")
            case .unknownStatus: .known(order, "FINISHED", accrual: "500")
            case .negative: .known(order, "PROCESSED", accrual: "-500")
            case .enormous: .known(order, "PROCESSED", accrual: "1e30")
            case .notJSON: AccrualServer.Answer(status: "200 OK", body: "<html>It works!</html>")
            case .tooLarge:
                // Right but for its size.
                AccrualServer.Answer(
                    status: "200 OK",
                    body: #"{"order":"\#(order)","status":"PROCESSED","accrual":500}"#
                        + String(repeating: " ", count: 5_000_000))
            case .redirect:
                AccrualServer.Answer(status: "302 Found", fields: ["Location: /api/orders/\(order)/elsewhere"])
            case .failing: .failure
            }
        }
    }

    /// More orders with trouble than workers, uploaded first; the healthy ones pass them all the same.
    @Test(arguments: Kind.allCases)
    func healthyOrdersAreCreditedAndNothingElse(_ kind: Kind) throws {
        let folder = try Folder()
        let bad = (1...12).map { orderNumber($0) }
        let healthy = (101...140).map { orderNumber($0) }
        let accrual = try AccrualServer(otherwise: { .known($0, "PROCESSED", accrual: "1.5") })
        for order in bad { accrual.answer(order, with: [kind.answer(about: order)]) }
        let server = try Server.serving(in: folder, accrual: accrual.address, environment: Self.hurried)
        let client = try server.client()
        try client.register("user")
        for order in bad + healthy { #expect(try client.send("POST", "/api/user/orders", order).status == 202) }

        try eventually(within: 5, "\(kind): the healthy orders are credited; it said: \(server.logText)") {
            try client.send("GET", "/api/user/balance").text == #"{"current":60,"withdrawn":0}"#
        }
        try eventually("\(kind): each bad order was asked about again") {
            bad.allSatisfy { accrual.asked($0).count >= 2 }
        }
        #expect(try client.send("GET", "/api/user/balance").text == #"{"current":60,"withdrawn":0}"#)
        #expect(try Self.processedCount(client) == healthy.count)

        // Nothing was lost either: what is put right is credited.
        for order in bad { accrual.answer(order, with: [.known(order, "PROCESSED", accrual: "0.25")]) }
        try eventually(within: 5, "\(kind): the others are credited; it said: \(server.logText)") {
            try client.send("GET", "/api/user/balance").text == #"{"current":63,"withdrawn":0}"#
        }
        // Trouble at the start, its end, trouble when only bad orders remain, its end.
        #expect(Self.healthLines(server).count <= 4, "\(kind): \(server.logText)")
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        try KillTests.expectCheckPasses(folder)
    }

    /// Hundreds of orders wait during an outage. The log has one line when it begins and one line when it ends.
    @Test func aChangeOfHealthIsLoggedOnce() throws {
        let folder = try Folder()
        let isBroken = Mutex(false)
        let accrual = try AccrualServer(otherwise: { order in
            isBroken.withLock { $0 } ? .failure : .known(order, "PROCESSED", accrual: "1")
        })
        let server = try Server.serving(in: folder, accrual: accrual.address, environment: Self.hurried)
        let client = try server.client()
        try client.register("user")
        #expect(try client.send("POST", "/api/user/orders", orderNumber(1)).status == 202)
        try eventually("it is healthy") { Self.healthLines(server).count == 1 }
        for outage in 1...2 {
            isBroken.withLock { $0 = true }
            for index in 0..<200 {
                let order = orderNumber(outage * 1000 + index)
                #expect(try client.send("POST", "/api/user/orders", order).status == 202)
            }
            try eventually("the outage is told of") { Self.healthLines(server).count == outage * 2 }
            isBroken.withLock { $0 = false }
            try eventually(within: 5, "all are credited; it said: \(server.logText)") {
                let points = 1 + outage * 200
                return try client.send("GET", "/api/user/balance").text == #"{"current":\#(points),"withdrawn":0}"#
            }
            try eventually("its end is told of") { Self.healthLines(server).count == outage * 2 + 1 }
        }
        let lines = Self.healthLines(server)
        #expect(lines.enumerated().allSatisfy { $1.contains("answers") == ($0 % 2 == 0) }, "\(lines)")
    }

    /// At first no accrual system listens. The order waits, and is credited after one starts.
    @Test func refusedConnectionsAreWaitedOut() throws {
        let folder = try Folder()
        let port = try AccrualServer().port
        let server = try Server.serving(
            in: folder, accrual: "127.0.0.1:\(port)", environment: Self.hurried)
        let client = try server.client()
        try client.register("user")
        #expect(try client.send("POST", "/api/user/orders", orderNumber(1)).status == 202)
        try eventually("the trouble is told of") { Self.healthLines(server).count == 1 }
        #expect(try client.send("GET", "/api/user/balance").text == #"{"current":0,"withdrawn":0}"#)
        let accrual = try AccrualServer(port: port) { .known($0, "PROCESSED", accrual: "1") }
        try eventually(within: 10, "it is credited; it said: \(server.logText)") {
            try client.send("GET", "/api/user/balance").text == #"{"current":1,"withdrawn":0}"#
        }
        #expect(accrual.asked(orderNumber(1)).count == 1)
        try eventually("its end is told of") { Self.healthLines(server).count == 2 }
    }

    /// The owner's pace holds from the first order on, whatever the accrual system would take.
    @Test func theConfiguredPaceIsKept() throws {
        let folder = try Folder()
        let orders = (1...30).map { orderNumber($0) }
        let accrual = try AccrualServer(otherwise: { .known($0, "PROCESSED", accrual: "1") })
        let environment = Self.hurried.merging(["MARTLET_DISPATCHER_REQUESTS_PER_MINUTE": "60"]) { $1 }
        let server = try Server.serving(in: folder, accrual: accrual.address, environment: environment)
        let client = try server.client()
        try client.register("user")
        for order in orders { #expect(try client.send("POST", "/api/user/orders", order).status == 202) }
        try eventually("four were asked about") { orders.count { !accrual.asked($0).isEmpty } >= 4 }
        let times = orders.flatMap { accrual.asked($0) }.sorted()
        // Two at first, of the second before; then one a second, as far as a busy machine sends it at its time.
        #expect(times[3].timeIntervalSince(times[0]) > 1.5, "\(times)")
    }

    static func processedCount(_ client: Client) throws -> Int {
        let list = try client.send("GET", "/api/user/orders").json?.array ?? []
        return list.count { $0.object?["status"]?.string == "PROCESSED" }
    }

    private static func healthLines(_ server: Server) -> [String] {
        server.logText.split(separator: "\n").map(String.init).filter {
            $0.contains("the accrual system answers") || $0.contains("the accrual system can't be relied on")
        }
    }
}

/// The server dies when the accrual system has answered and the points are not stored, or just have been.
@Suite(.serialized)
struct SettlementKillTests {
    static let roundCount = 6
    static let ordersPerRound = 200

    @Test func aKillBetweenAnswerAndCommitCreditsOnce() throws {
        let seed = UInt64(Date().timeIntervalSince1970)
        var random = SeededRandom(seed: seed)
        let folder = try Folder()
        let script = Mutex((isOpen: false, answered: 0))
        let accrual = try AccrualServer(otherwise: { order in
            script.withLock { script in
                guard script.isOpen else { return .unknown }
                script.answered += 1
                return .known(order, "PROCESSED", accrual: "1.5")
            }
        })
        func serving() throws -> Server {
            try Server.serving(
                in: folder, accrual: accrual.address, environment: MisbehavingAccrualTests.hurried)
        }
        var server = try serving()
        let client = try server.client()
        try client.register("user")
        for round in 1...Self.roundCount {
            for index in 0..<Self.ordersPerRound {
                let order = orderNumber(round * 10_000 + index)
                #expect(try client.send("POST", "/api/user/orders", order).status == 202)
            }
            let before = script.withLock { script in
                script.isOpen = true
                return script.answered
            }
            let answers = Int.random(in: 1...Self.ordersPerRound, using: &random)
            let place = "seed \(seed), round \(round), killed after \(answers) answers"
            try eventually(place) { script.withLock { $0.answered } - before >= answers }
            server.killAtOnce()
            server = try serving()
            _ = try client.reconnected(to: server)
            let points = round * Self.ordersPerRound * 3 / 2
            try eventually(within: 10, "\(place): all are credited") {
                try client.send("GET", "/api/user/orders").status == 200
                    && MisbehavingAccrualTests.processedCount(client) == round * Self.ordersPerRound
            }
            #expect(
                try client.send("GET", "/api/user/balance").text == #"{"current":\#(points),"withdrawn":0}"#,
                "\(place)")
            script.withLock { $0.isOpen = false }
        }
        // Otherwise no answer was lost by a kill, and the test tried nothing.
        #expect(script.withLock { $0.answered } > Self.roundCount * Self.ordersPerRound, "seed \(seed)")
        server.killAtOnce()
        try KillTests.expectCheckPasses(folder)
    }
}
