import EndToEndSupport
import Foundation
import TestSupport
import Testing

/// One customer's orders that wait keep no other from uploading and from being asked about.
struct BacklogTests {
    enum Silence: CaseIterable {
        case hanging, hangingUp, unknown, failing

        var answer: AccrualServer.Answer {
            switch self {
            case .hanging: AccrualServer.Answer(status: "200 OK", delivery: .never)
            case .hangingUp: AccrualServer.Answer(status: "200 OK", delivery: .hangUp)
            case .unknown: .unknown
            case .failing: .failure
            }
        }
    }

    /// Numbers of many digits, more than there is memory for; and after a restart again.
    @Test(arguments: Silence.allCases)
    func anothersOrderIsAskedAboutAtOnce(_ silence: Silence) throws {
        let folder = try Folder()
        let accrual = try AccrualServer(otherwise: { _ in silence.answer })
        let environment = [
            "MARTLET_DISPATCHER_POOL_MAX": "200", "MARTLET_DISPATCHER_REQUEST_TIMEOUT_MS": "1500",
            "MARTLET_ORDERS_UNFINISHED_PER_USER_MAX": "120",
        ]
        var server = try Server.serving(in: folder, accrual: accrual.address, environment: environment)
        var heavy = try server.client()
        try heavy.register("heavy")
        let numbers = (0..<121).map { orderNumber($0) }.map { String(repeating: "0", count: 1000) + $0 }
        for number in numbers.prefix(120) { #expect(try heavy.send("POST", "/api/user/orders", number).status == 202) }
        for round in 0..<2 {
            let refused = try heavy.send("POST", "/api/user/orders", numbers[120])
            #expect(refused.status == 429)
            #expect(refused["Retry-After"] == "60" && refused.text.contains("too-many-unfinished-orders"))
            #expect(try heavy.send("POST", "/api/user/orders", numbers[5]).status == 200)
            // The first time-outs have shown that the accrual system is silent. A worker that waits for it goes on with
            // the next order until a tick takes the others back.
            let askedMin = (round + 1) * 17
            try eventually("all workers have met the silence twice: \(server.logText)") {
                numbers.reduce(0) { $0 + accrual.asked($1).count } >= askedMin
            }
            if silence != .unknown {
                try eventually("the trouble is noticed: \(server.logText)") {
                    server.logText.contains("can't be relied on")
                }
            }
            let other = try server.client()
            try other.register("other \(round)")
            let number = orderNumber(1_000_000 + round)
            accrual.answer(number, with: [.known(number, "PROCESSED", accrual: "5")])
            let uploadedAt = Date()
            #expect(try other.send("POST", "/api/user/orders", number).status == 202)
            try eventually("\(silence): it is asked about: \(server.logText)") { !accrual.asked(number).isEmpty }
            // Two ticks of 250 ms, and the time that a busy machine takes. After all others, it would be asked about
            // after 15 time-outs of 1.5 s.
            #expect(accrual.asked(number)[0].timeIntervalSince(uploadedAt) < 10)
            try eventually("it is credited") {
                try other.send("GET", "/api/user/balance").text == #"{"current":5,"withdrawn":0}"#
            }
            guard round == 0 else { break }
            server.killAtOnce()
            server = try Server.serving(in: folder, accrual: accrual.address, environment: environment)
            heavy = try heavy.reconnected(to: server)
        }
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        try KillTests.expectCheckPasses(folder)
    }
}
