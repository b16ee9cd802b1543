import EndToEndSupport
import Foundation
import JSON
import Posix
import Synchronization
import TestSupport

/// A customer, and everything that any of the servers told them.
final class Customer: Sendable {
    struct Told: Sendable {
        var orders: Set<String> = []
        /// The sums of withdrawals, in hundredths.
        var withdrawals: [String: Int] = [:]
        /// Orders and withdrawals that a server said it does not take.
        var refused: Set<String> = []
        /// Orders and withdrawals without a response.
        var doubtful: Set<String> = []
        /// The sum of the staff's adjustments, in hundredths.
        var adjusted = 0
        /// Responses that no server may give.
        var faults: [String] = []
    }

    let login: String
    let id: Int
    let authorization: String
    let told = Mutex(Told())

    private init(login: String, id: Int, authorization: String) {
        (self.login, self.id, self.authorization) = (login, id, authorization)
    }

    /// Registers customers, each at another server, one after another: so their ids are 1, 2 and so on.
    static func register(_ count: Int, in cluster: Cluster) throws -> [Customer] {
        try (1...count).map { id in
            let client = try cluster.client(id % cluster.servers.count)
            try client.register("customer-\(id)")
            guard let authorization = client.authorization else { throw TestFailure("no session") }
            return Customer(login: "customer-\(id)", id: id, authorization: authorization)
        }
    }

    // MARK: Requests

    /// Uploads an order and notes the response.
    func upload(_ number: String, through client: Client) throws {
        try note(number, 202) {
            try client.send("POST", "/api/user/orders", number)
        } accepted: {
            $0.orders.insert(number)
        }
    }

    /// Spends points and notes the response. Returns its status.
    @discardableResult
    func withdraw(_ hundredths: Int, for number: String, through client: Client) throws -> Int {
        let body = #"{"order":"\#(number)","sum":\#(Self.points(hundredths))}"#
        return try note(number, 200) {
            try client.send("POST", "/api/user/balance/withdraw", body)
        } accepted: {
            $0.withdrawals[number] = hundredths
        }
    }

    /// - Parameter success: the status of a request that was accepted.
    @discardableResult
    private func note(
        _ number: String, _ success: Int, _ request: () throws -> Client.Answer,
        accepted: (inout Told) -> Void
    ) throws -> Int {
        let answer: Client.Answer
        let start = ContinuousClock.now
        do {
            answer = try request()
        } catch {
            told.withLock { _ = $0.doubtful.insert(number) }
            throw error
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        told.withLock { told in
            switch answer.status {
            case success: accepted(&told)
            case 402: told.refused.insert(number)
            case 503 where answer["Retry-After"] != nil: told.refused.insert(number)
            default:
                told.doubtful.insert(number)
                told.faults.append("\(answer.status) for \(number): \(answer.text)")
            }
            if seconds > Self.answerSecondsMax { told.faults.append("\(seconds) s for \(number)") }
        }
        return answer.status
    }

    /// Forgets responses with status 500, and returns them. They claim nothing: the fate of a write may still be
    /// unknown at its deadline, if the database does not answer.
    @discardableResult
    func forgiveDoubts() -> [String] {
        told.withLock { told in
            defer { told.faults.removeAll { $0.hasPrefix("500 ") } }
            return told.faults.filter { $0.hasPrefix("500 ") }
        }
    }

    /// The deadline of a write, five seconds, and a margin for a busy machine. A deadline that began anew would take
    /// ten.
    static let answerSecondsMax = Scale.factor == 1 ? 9.5 : 7.0

    // MARK: The truth

    /// The differences between what the customer was told and what a server shows now.
    ///
    /// - Parameter earned: the points of an order, in hundredths.
    func differences(on server: Server, earned: (_ number: String) -> Int) throws -> [String] {
        let client = try server.client()
        client.authorization = authorization
        let orders = try Self.list(client.send("GET", "/api/user/orders"))
        let withdrawals = try Self.list(client.send("GET", "/api/user/withdrawals"))
        let told = told.withLock { $0 }
        var differences = told.faults
        let accruals = Self.amounts(orders, "number", "accrual")
        let sums = Self.amounts(withdrawals, "order", "sum")
        differences += told.orders.subtracting(accruals.keys).map { "order \($0) is lost" }
        differences += Set(accruals.keys).subtracting(told.orders).subtracting(told.doubtful).map {
            "no client uploaded \($0)"
        }
        differences += told.withdrawals.filter { sums[$0.key] != $0.value }.map { "withdrawal \($0) is lost" }
        differences += Set(sums.keys).subtracting(told.withdrawals.keys).subtracting(told.doubtful).map {
            "no client withdrew for \($0)"
        }
        differences += told.refused.filter { accruals[$0] != nil || sums[$0] != nil }.map {
            "\($0) was refused and is there"
        }
        differences += accruals.filter { $0.value != earned($0.key) }.map { "\($0) earned \(earned($0.key))" }
        let current = accruals.values.reduce(0, +) + told.adjusted - sums.values.reduce(0, +)
        let balance = try client.send("GET", "/api/user/balance").text
        let expected =
            #"{"current":\#(Self.points(current)),"withdrawn":\#(Self.points(sums.values.reduce(0, +)))}"#
        if balance != expected { differences.append("the balance is \(balance), and \(expected) is right") }
        return differences.map { "\(login): \($0)" }
    }

    /// Returns true if no order of the customer waits for the accrual system.
    func hasOnlyFinalOrders(on server: Server) throws -> Bool {
        let client = try server.client()
        client.authorization = authorization
        let text = try client.send("GET", "/api/user/orders").text
        return !text.contains(#""NEW""#) && !text.contains(#""PROCESSING""#)
    }

    private static func list(_ answer: Client.Answer) throws -> [JSONObject] {
        if answer.status == 204 { return [] }
        guard answer.status == 200, let items = answer.json?.array else { throw TestFailure("no list: \(answer)") }
        return items.compactMap(\.object)
    }

    private static func amounts(_ items: [JSONObject], _ name: String, _ amount: String) -> [String: Int] {
        let pairs = items.map { item in
            (item[name]?.string ?? "?", item[amount]?.number.flatMap { try? $0.scaled(places: 2) }.map { Int($0) } ?? 0)
        }
        return Dictionary(pairs) { $0 + $1 }
    }

    /// Hundredths as the API writes points.
    static func points(_ hundredths: Int) -> String {
        let (whole, rest) = hundredths.quotientAndRemainder(dividingBy: 100)
        if rest == 0 { return "\(whole)" }
        return "\(whole)." + (rest % 10 == 0 ? "\(rest / 10)" : (rest < 10 ? "0\(rest)" : "\(rest)"))
    }
}
