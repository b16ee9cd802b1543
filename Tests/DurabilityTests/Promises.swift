import JSON

/// The requests of clients and the answers that the server gave, up to some moment.
struct Promises {
    struct Withdrawal: Hashable {
        let login: String
        /// In hundredths of a point.
        let sum: Int64
    }

    /// The lower bounds of a balance: credits and withdrawals are never taken back.
    struct Balance {
        var credited: Int64 = 0
        var withdrawn: Int64 = 0
    }

    private(set) var logins: Set<String> = []
    /// Logins by the tokens of their sessions.
    private(set) var sessions: [String: String] = [:]
    /// Logins by order number.
    private(set) var orders: [String: String] = [:]
    private(set) var withdrawals: [String: Withdrawal] = [:]
    private(set) var balances: [String: Balance] = [:]

    private(set) var askedLogins: Set<String> = []
    private(set) var askedOrders: [String: Set<String>] = [:]
    private(set) var askedWithdrawals: [String: Set<Withdrawal>] = [:]

    /// Requests that the server refused because nothing happened, and that no client repeated; by login, and by order
    /// number.
    private(set) var refusedLogins: Set<String> = []
    private(set) var refusedOrders: Set<String> = []
    private(set) var refusedWithdrawals: Set<String> = []

    /// One side of an exchange.
    private struct Remark {
        let event: Int
        let exchange: Exchange
        /// `nil` for the request.
        let answer: Exchange.Answer?
    }

    private let remarks: [Remark]
    private var heard = 0
    /// Whose token is whose, whenever that was told.
    private let owners: [String: String]

    init(_ transcript: Transcript) {
        var remarks: [Remark] = []
        var owners: [String: String] = [:]
        for exchange in transcript.exchanges {
            remarks.append(Remark(event: exchange.requestEvent, exchange: exchange, answer: nil))
            guard let answer = exchange.answer else { continue }
            remarks.append(Remark(event: answer.event, exchange: exchange, answer: answer))
            if let token = answer.token, let login = exchange.json?["login"]?.string { owners[token] = login }
        }
        self.remarks = remarks.sorted { $0.event < $1.event }
        self.owners = owners
    }

    /// Learns what was said before the event; events only grow.
    mutating func advance(to event: Int) {
        while heard < remarks.count, remarks[heard].event < event {
            let remark = remarks[heard]
            heard += 1
            switch remark.answer {
            case nil: ask(remark.exchange)
            case let answer? where answer.status < 300: hear(remark.exchange, answer)
            case let answer? where answer.status == 503: hearRefusal(of: remark.exchange)
            default: break
            }
        }
    }

    private mutating func ask(_ exchange: Exchange) {
        guard exchange.method == "POST" else { return }
        switch exchange.path {
        case "/api/user/register":
            guard let login = exchange.json?["login"]?.string else { return }
            askedLogins.insert(login)
            refusedLogins.remove(login)
        case "/api/user/orders":
            guard let login = owner(exchange) else { return }
            askedOrders[exchange.body, default: []].insert(login)
            refusedOrders.remove(exchange.body)
        case "/api/user/balance/withdraw":
            guard let (order, withdrawal) = withdrawal(exchange) else { return }
            askedWithdrawals[order, default: []].insert(withdrawal)
            refusedWithdrawals.remove(order)
        default: break
        }
    }

    /// Remembers a refusal of what was never done before.
    private mutating func hearRefusal(of exchange: Exchange) {
        switch exchange.path {
        case "/api/user/register":
            if let login = exchange.json?["login"]?.string, !logins.contains(login) { refusedLogins.insert(login) }
        case "/api/user/orders": if orders[exchange.body] == nil { refusedOrders.insert(exchange.body) }
        case "/api/user/balance/withdraw":
            if let (order, _) = withdrawal(exchange), withdrawals[order] == nil { refusedWithdrawals.insert(order) }
        default: break
        }
    }

    private mutating func hear(_ exchange: Exchange, _ answer: Exchange.Answer) {
        switch (exchange.method, exchange.path) {
        case ("POST", "/api/user/register"), ("POST", "/api/user/login"):
            guard let login = exchange.json?["login"]?.string, let token = answer.token else { return }
            logins.insert(login)
            sessions[token] = login
        case ("POST", "/api/user/orders"): orders[exchange.body] = owner(exchange)
        case ("POST", "/api/user/balance/withdraw"):
            if let (order, withdrawal) = withdrawal(exchange) { withdrawals[order] = withdrawal }
        case ("GET", "/api/user/balance"):
            guard let login = owner(exchange), let object = try? JSONParser.parse(Array(answer.body.utf8)[...]).object,
                let current = try? object["current"]?.number?.scaled(places: 2),
                let withdrawn = try? object["withdrawn"]?.number?.scaled(places: 2)
            else { return }
            let before = balances[login] ?? Balance()
            balances[login] = Balance(
                credited: max(before.credited, current + withdrawn), withdrawn: max(before.withdrawn, withdrawn))
        default: break
        }
    }

    private func owner(_ exchange: Exchange) -> String? { exchange.token.flatMap { owners[$0] } }

    private func withdrawal(_ exchange: Exchange) -> (order: String, Withdrawal)? {
        guard let login = owner(exchange), let order = exchange.json?["order"]?.string,
            let sum = try? exchange.json?["sum"]?.number?.scaled(places: 2)
        else { return nil }
        return (order, Withdrawal(login: login, sum: sum))
    }
}
