import Configuration
import Crypto
import JSON
import Loyalty
import Posix
import Text

/// What a command line asks of the database, with what had to be asked of the person first.
struct OwnerRequest {
    let command: OwnerCommand
    /// What the rows of the answer are called.
    var rowsName: String?
    /// What only this side knows, for the document: a password that was made up.
    var extra = JSONObject([:])
    /// The most rows; nil for all there are.
    private var rowsMax: Int?

    private static let ordersDefault = 50
    private static let ordersMax = 1_000_000
    /// Of 43 letters and digits, 256 random bits, these hold 132.
    private static let generatedPasswordLength = 22

    init(_ invocation: Invocation, _ configuration: Configuration) throws(OwnerConsole.Refusal) {
        let operand = invocation.operands.first ?? ""
        switch invocation.command {
        case .userList:
            command = .users(after: 0)
            rowsName = "users"
        case .userShow:
            command = .user(try Self.user(invocation))
            rowsName = "ledger"
        case .userAdd, .userResetPassword:
            // Before a password is asked for.
            let user = invocation.command == .userAdd ? nil : try Self.user(invocation)
            let password = try Self.password(invocation, configuration)
            guard let hash = Argon2Hasher.hashAndWait(password) else {
                throw .init(status: ExitStatus.unavailable, reason: "there is no memory to hash a password")
            }
            command = user.map { .setPassword($0, hash) } ?? .addUser(login: operand, hash)
            if invocation.has(.generate) { extra = JSONObject(["password": .string(password.text)]) }
        case .userDisable: command = .setEnabled(try Self.user(invocation), false)
        case .userEnable: command = .setEnabled(try Self.user(invocation), true)
        case .userDelete:
            let user = try Self.user(invocation)
            try Self.confirm("Delete the user \(user.description.oneLine)?", invocation)
            command = .deleteUser(user)
        case .orderList:
            let limit = try Self.limit(invocation)
            command = .orders(
                of: try Self.userOfOrders(invocation), status: try Self.status(invocation), before: .max,
                limit: min(limit, OwnerCommand.pageMax))
            rowsName = "orders"
            rowsMax = limit
        case .orderShow: command = .order(number: operand)
        case .orderDrop:
            guard invocation.has(.deleted) else { throw Self.misuse("--deleted is missing") }
            try Self.confirm("Drop the unfinished orders of deleted users?", invocation)
            command = .dropOrdersOfDeletedUsers
        case .adjust:
            guard let reason = invocation.value(of: .reason) else { throw Self.misuse("--reason is missing") }
            let points = try Self.points(invocation.operands[invocation.operands.count - 1])
            command = .adjust(try Self.user(invocation), points: points, reason: reason)
        case .refund:
            try Self.confirm("Refund the order \(operand.oneLine)?", invocation)
            command = .refund(order: operand, reason: invocation.value(of: .reason) ?? "")
        case .pool: command = .pool
        case .stats: command = .statistics
        // The server has a working directory of its own.
        case .backup: command = .backup(file: ProcessSetup.absolutePath(of: operand))
        case .check:
            command = .check
            rowsName = "rules"
        case .serve, .accrual, .demo, .restore, .healthcheck, .config, .version, .systemdUnit, .man, .completion,
            .orderNumber:
            preconditionFailure("no command of the control socket")
        }
    }

    /// The command that asks for the page after `previous`; `nil` if nothing more is wanted. A server that names the same page
    /// again is not followed.
    func command(after previous: OwnerCommand, next: Int64, taken: Int) -> OwnerCommand? {
        switch previous {
        case .users(let after): return next > after ? .users(after: next) : nil
        case .orders(let user, let status, let before, _):
            let wanted = (rowsMax ?? taken) - taken
            guard wanted > 0, next < before else { return nil }
            return .orders(of: user, status: status, before: next, limit: min(wanted, OwnerCommand.pageMax))
        default: return nil
        }
    }

    private static func misuse(_ reason: String) -> OwnerConsole.Refusal {
        .init(status: ExitStatus.usage, reason: reason)
    }

    /// The user that a command is about: of the flag `--user-id`, or of the operand.
    private static func user(_ invocation: Invocation) throws(OwnerConsole.Refusal) -> UserSelector {
        if let id = try userID(invocation) { return id }
        return try user(login: invocation.operands.first ?? "")
    }

    /// The user whose orders are wanted; `nil` for all users.
    private static func userOfOrders(_ invocation: Invocation) throws(OwnerConsole.Refusal) -> UserSelector? {
        let id = try userID(invocation)
        guard let login = invocation.value(of: .user) else { return id }
        guard id == nil else { throw misuse("--user and --user-id exclude each other") }
        return try user(login: login)
    }

    private static func user(login text: String) throws(OwnerConsole.Refusal) -> UserSelector {
        guard let login = try? Login(text) else {
            throw .init(status: ExitStatus.notFound, reason: "there is no user \(text.oneLine)")
        }
        return .login(login)
    }

    private static func userID(_ invocation: Invocation) throws(OwnerConsole.Refusal) -> UserSelector? {
        guard let text = invocation.value(of: .userID) else { return nil }
        guard let user = UserSelector(id: text) else {
            throw misuse("--user-id is a whole number of at least 1, as martlet user list prints it")
        }
        return user
    }

    private static func limit(_ invocation: Invocation) throws(OwnerConsole.Refusal) -> Int {
        guard let text = invocation.value(of: .limit) else { return ordersDefault }
        guard let limit = Int(text), (1...ordersMax).contains(limit) else {
            throw misuse("--limit is a whole number from 1 to \(ordersMax)")
        }
        return limit
    }

    private static func status(_ invocation: Invocation) throws(OwnerConsole.Refusal) -> Order.Status? {
        guard let text = invocation.value(of: .status) else { return nil }
        guard let status = Order.Status.allCases.first(where: { $0.name == text.uppercased() }) else {
            throw misuse("--status is \(Order.Status.allCases.map(\.name).joined(separator: ", "))")
        }
        return status
    }

    /// `+500`, `-0.5`: the sign is needed, so that nobody takes where they meant to give.
    static func points(_ text: String) throws(OwnerConsole.Refusal) -> Points {
        let isPlain = text.utf8.dropFirst().allSatisfy { $0 >= 0x30 && $0 <= 0x39 || $0 == 0x2E }
        let digits = text.hasPrefix("+") ? String(text.dropFirst()) : text
        guard isPlain, text.hasPrefix("+") || text.hasPrefix("-"),
            let number = try? JSONParser.parse(Array(digits.utf8)).number,
            let hundredths = try? number.scaled(places: 2), hundredths != 0
        else {
            throw misuse("\"\(text.oneLine)\" is no number of points: + or -, digits, and at most two decimals")
        }
        return Points(hundredths: hundredths)
    }

    /// Asks before what can't be undone.
    private static func confirm(_ question: String, _ invocation: Invocation) throws(OwnerConsole.Refusal) {
        if invocation.has(.yes) { return }
        guard Terminal.isThere else {
            throw misuse("this can't be undone, and nobody is there to be asked: --yes says that it is meant")
        }
        let answer = Terminal.ask("\(question) This can't be undone. [y/N] ")?.lowercased()
        guard answer == "y" || answer == "yes" else {
            throw .init(status: ExitStatus.refused, reason: "nothing was done")
        }
    }

    private static func password(
        _ invocation: Invocation, _ configuration: Configuration
    ) throws(OwnerConsole.Refusal) -> Password {
        let text: String?
        if invocation.has(.generate) {
            text = String(SodiumTokens().makeToken().text.prefix(generatedPasswordLength))
        } else if Terminal.isTyped {
            text = Terminal.ask("Password: ", isSecret: true)
            guard text == nil || Terminal.ask("Once more: ", isSecret: true) == text else {
                throw .init(status: ExitStatus.refused, reason: "the two passwords differ; nothing was done")
            }
        } else {
            switch Terminal.nextLine() {
            case .text(let line): text = line
            case .none: text = nil
            case .notUTF8:
                throw .init(status: ExitStatus.refused, reason: "the password is not UTF-8; nothing was done")
            case .tooLong: throw .init(status: ExitStatus.refused, reason: "the password is too long; nothing was done")
            }
        }
        guard let text else { throw .init(status: ExitStatus.refused, reason: "no password came; nothing was done") }
        do throws(LoyaltyError) {
            return try Password(text, bytesMin: configuration.accounts.passwordBytesMin)
        } catch {
            guard case .malformed(let reason) = error else {
                preconditionFailure("a password is refused for its length")
            }
            throw .init(status: ExitStatus.refused, reason: reason)
        }
    }
}
