import CommandLine
import Configuration
import JSON
import Loyalty
import Text

/// The flags of the owner's commands, and how their values are read.
extension CommandOption {
    static let yes = CommandOption("--yes", nil, "do not ask first")
    static let generate = CommandOption("--generate", nil, "generate a password, and print it once")
    static let reason = CommandOption("--reason", "TEXT", "the reason, which is kept with the ledger entry")
    static let user = CommandOption("--user", "LOGIN", "only the orders of this user")
    static let userID = CommandOption(
        "--user-id", "N", "the user with this id, which user list prints, in place of a login")
    static let status = CommandOption(
        "--status", .init("STATUS", choices: Order.Status.allCases.map(\.name)), "only the orders in this status")
    static let deleted = CommandOption("--deleted", nil, "the orders of deleted users, and no others")
    static let limit = CommandOption("--limit", "N", "the largest number of orders, newest first; by default 50")
}

extension Invocation {
    /// The user whom a command concerns, as the flag `--user-id` or the operand names them.
    func user() throws(Refusal) -> UserSelector {
        if let user = try userWithID() { return user }
        return try Self.user(login: operands.first ?? "")
    }

    /// The user whose orders are wanted, as the flag `--user-id` or `--user` names them; `nil` for all users.
    func userOfOrders() throws(Refusal) -> UserSelector? {
        let user = try userWithID()
        guard let login = value(of: .user) else { return user }
        guard user == nil else { throw .misuse("--user and --user-id exclude each other") }
        return try Self.user(login: login)
    }

    private static func user(login text: String) throws(Refusal) -> UserSelector {
        guard let login = try? Login(text) else {
            throw Refusal(status: ExitStatus.notFound, reason: "there is no user \(text.oneLine)")
        }
        return .login(login)
    }

    private func userWithID() throws(Refusal) -> UserSelector? {
        guard let text = value(of: .userID) else { return nil }
        guard let user = UserSelector(id: text) else {
            throw .misuse("--user-id must be a whole number of at least 1, as martlet user list prints it")
        }
        return user
    }

    /// The operand of a command that has one; empty if a flag replaces it.
    var operand: String { operands.first ?? "" }
}

extension SettingValue {
    static let points = SettingValue("POINTS")
}

extension OwnerCommand {
    /// Reads a number of points above zero: `500` or `0.5`.
    static func amount(_ text: String) throws(Refusal) -> Points {
        let isPlain = text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 || $0 == 0x2E }
        guard isPlain, let hundredths = try? JSONNumber(text: text)?.scaled(places: 2), hundredths > 0 else {
            throw .misuse("\"\(text.oneLine)\" is not a number of points: digits, and at most two decimals")
        }
        return Points(hundredths: hundredths)
    }
}
