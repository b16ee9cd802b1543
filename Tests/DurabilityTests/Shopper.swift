import EndToEndSupport
import Foundation
import Posix
import TestSupport

/// A client that uploads, spends and looks, one thing at a time, and asks again for what it had no answer to.
final class Shopper: @unchecked Sendable {
    // Safe: one thread at a time has it; between two lives of the server the test joins them all.

    enum Wish: Equatable {
        case register, signIn, balance
        case upload(order: String)
        case withdraw(order: String, sum: Int64)
    }

    static let password = "secret"

    let login: String
    private var random: SeededRandom
    private var client: Client?
    private var authorization: String?
    /// The request that was neither done nor refused for good.
    private(set) var unanswered: Wish?
    /// True if the server refused that request because nothing happened.
    private var wasRefused = false
    private var uploaded: [String] = []
    /// The balance of the last answer, in hundredths.
    private(set) var points: Int64 = 0
    private var nextNumber: Int
    /// Answers that contradict earlier ones.
    private(set) var complaints: [String] = []

    /// - Parameter index: distinguishes the shoppers of a server, whose order numbers differ.
    init(index: Int, seed: UInt64) {
        login = "shopper-\(index)"
        random = SeededRandom(seed: seed &* 1_000 &+ UInt64(index))
        nextNumber = index * 1_000_000
        unanswered = .register
    }

    /// True if the shopper has a session.
    var isSignedIn: Bool { authorization != nil }

    /// Goes on with a server that has just started.
    func connect(to endpoint: Endpoint) throws {
        client = try Client(endpoint: endpoint)
        client?.authorization = authorization
    }

    /// Sends `count` requests. Returns false if the server ended.
    @discardableResult
    func shop(count: Int) -> Bool {
        (0..<count).allSatisfy { _ in askNext() != nil }
    }

    /// Repeats the unanswered request or sends a new one. Returns the status, or `nil` if the server ended.
    func askNext() -> Int? { ask(unanswered ?? wish()) }

    /// Sends one request. Returns the status, or `nil` if the server ended.
    @discardableResult
    func ask(_ wish: Wish) -> Int? {
        let isRefusedOne = wasRefused && wish == unanswered
        unanswered = wish
        wasRefused = false
        guard let client, let answer = try? send(wish, on: client) else { return nil }
        wasRefused = answer.status == 503
        // After a failure it is not known whether the write happened.
        if answer.status >= 500 { return answer.status }
        unanswered = nil
        learn(from: answer, wish, isRefusedOne: isRefusedOne)
        return answer.status
    }

    private func send(_ wish: Wish, on client: Client) throws -> Client.Answer {
        switch wish {
        case .register, .signIn:
            return try client.send(
                "POST", "/api/user/\(wish == .register ? "register" : "login")",
                #"{"login":"\#(login)","password":"\#(Self.password)"}"#)
        case .balance: return try client.send("GET", "/api/user/balance")
        case .upload(let order): return try client.send("POST", "/api/user/orders", order)
        case .withdraw(let order, let sum):
            return try client.send(
                "POST", "/api/user/balance/withdraw", #"{"order":"\#(order)","sum":\#(Accruals.decimal(sum))}"#)
        }
    }

    private func learn(from answer: Client.Answer, _ wish: Wish, isRefusedOne: Bool) {
        switch (wish, answer.status) {
        case (.register, 200), (.signIn, 200):
            authorization = answer["Authorization"]
            client?.authorization = authorization
        case (.balance, 200): points = (try? answer.json?.object?["current"]?.number?.scaled(places: 2)) ?? 0
        case (.withdraw(_, let sum), 200): points -= sum
        case (.upload(let order), 202): uploaded.append(order)
        case (.upload(let order), 200) where uploaded.contains(order): break
        // The write may have happened before the server ended, but not if the server answered that it did not.
        case (.register, 409) where !isRefusedOne: break
        case (.upload(let order), 200) where !isRefusedOne: uploaded.append(order)
        case (.withdraw, 402): points = 0
        default: complaints.append("\(wish): \(answer.status), refused before: \(isRefusedOne)")
        }
    }

    func newOrder() -> String {
        nextNumber += 1
        return orderNumber(nextNumber)
    }

    private func wish() -> Wish {
        // A register that was never answered may have happened.
        guard isSignedIn else { return .signIn }
        switch Int.random(in: 0..<100, using: &random) {
        case 0: return .signIn
        case 1..<8: return .balance
        case 8..<20 where points > 0: return .withdraw(order: newOrder(), sum: .random(in: 1...points, using: &random))
        case 20..<25: return .upload(order: uploaded.randomElement(using: &random) ?? newOrder())
        default: return .upload(order: newOrder())
        }
    }
}
