import EndToEndSupport
import Foundation
import TestSupport

/// The staff's side of a shop on several servers: an owner who is signed in, and cash registers.
struct Counter {
    private let fields: [String]

    /// Adds an owner by the command, and signs them in at one server. The session counts at all of them.
    init(_ cluster: Cluster) throws {
        let command = try Server(
            in: cluster.folder, arguments: ["staff", "add", "boss", "--role", "owner", "--generate"],
            environment: ["DATABASE_URI": cluster.uri])
        guard try command.waitForEnd() == 0,
            let password = command.outputText.firstMatch(of: /password: (\S+)/)?.output.1
        else { throw TestFailure("no owner: \(command.outputText) \(command.logText)") }
        let answer = try cluster.server(0).staffClient().send(
            "POST", "/api/staff/session", #"{"name":"boss","password":"\#(password)"}"#)
        guard answer.status == 200, let cookie = answer["Set-Cookie"]?.split(separator: ";").first else {
            throw TestFailure("no session: \(answer.status) \(answer.text)")
        }
        fields = ["Cookie: \(cookie)"]
    }

    /// Gives points to a customer, or takes them. Returns false if the balance is too low.
    ///
    /// - Parameter key: makes it happen once, however often it is asked for.
    func adjust(_ customer: Customer, by hundredths: Int, key: String, through client: Client) throws -> Bool {
        let points = hundredths < 0 ? "-\(Customer.points(-hundredths))" : Customer.points(hundredths)
        func send() throws -> Client.Answer {
            try client.send(
                "POST", "/api/staff/customers/\(customer.id)/adjustments", #"{"points":\#(points),"reason":"a gift"}"#,
                fields: fields + ["Idempotency-Key: \(key)"])
        }
        var answer = try send()
        for _ in 0..<Client.Answer.triesMax where answer.isRefusalForNow { answer = try send() }
        switch answer.status {
        case 200: return true
        case 409: return false
        default: throw TestFailure("adjustment: \(answer.status) \(answer.text)")
        }
    }
}

extension Client.Answer {
    /// True if nothing happened and the client may try again: on a busy machine, a write may wait for longer than its
    /// deadline.
    var isRefusalForNow: Bool { status == 503 && self["Retry-After"] != nil }

    /// The times that a client tries again. Each may take the five seconds of a write's deadline.
    static let triesMax = 10
}
