import JSON
import Loyalty
import Posix
import Storage
import Text

/// Does the commands that look at users, orders and points or change them. Confined to one thread, which it may block.
struct OwnerService {
    let repository: any OwnerRepository
    /// The name of the store, for messages.
    let store: String
    /// The system's name of whoever asks.
    let author: String
    /// The accrual pipeline; `nil` if there is none.
    let pool: OwnersPool?
    /// How the backups by the clock are; `nil` if there are none.
    let backups: JSONObject?

    /// Entries of the ledger that `user show` has.
    private static let entriesMax = 20

    func run(_ command: OwnerCommand, row: (JSONObject) -> Void) -> OwnerOutcome {
        do throws(StoreError) {
            return try outcome(of: command, row)
        } catch {
            return OwnerOutcome(error)
        }
    }

    private func outcome(of command: OwnerCommand, _ row: (JSONObject) -> Void) throws(StoreError) -> OwnerOutcome {
        switch command {
        case .users(let after): return try users(after: after, row)
        case .user(let user): return try show(user, row)
        case .addUser(let login, let hash): return try add(login, hash)
        case .setPassword(let user, let hash):
            return Self.outcome(
                of: try repository.setPassword(hash, of: user), user,
                "the password is set, and the sessions have ended", "")
        case .setEnabled(let user, let isEnabled):
            return Self.outcome(
                of: try repository.setEnabled(isEnabled, user), user,
                isEnabled ? "may sign in again" : "can't sign in any more, and the sessions have ended",
                isEnabled ? "may sign in already" : "is disabled already")
        case .deleteUser(let user):
            return Self.outcome(
                of: try repository.deleteUser(user), user, "is deleted; order numbers and ledger stay", "")
        case .orders(let user, let status, let before, let limit):
            return try orders(of: user, status, before: before, limit: limit, row)
        case .order(let number): return try show(order: number)
        case .dropOrdersOfDeletedUsers: return dropOrdersOfDeletedUsers()
        case .adjust(let user, let points, let reason): return try adjust(user, points, reason)
        case .refund(let order, let reason): return try refund(order, reason)
        case .pool: return pipeline()
        case .statistics: return try statistics()
        case .backup, .check: preconditionFailure("done on the file as a whole")
        }
    }
}

extension OwnerService {
    private func users(after: Int64, _ row: (JSONObject) -> Void) throws(StoreError) -> OwnerOutcome {
        let users = try repository.users(after: UserID(rawValue: after), limit: OwnerCommand.pageMax)
        for user in users { row(user.document) }
        let next = users.count == OwnerCommand.pageMax ? users.last?.id.rawValue : nil
        return OwnerOutcome(status: ExitStatus.success, document: JSONObject([:]), next: next)
    }

    private func show(_ selector: UserSelector, _ row: (JSONObject) -> Void) throws(StoreError) -> OwnerOutcome {
        guard let user = try repository.user(selector, entries: Self.entriesMax) else { return Self.noUser(selector) }
        for entry in user.entries { row(entry.document) }
        let counts = JSONObject(["orders": .integer(user.orderCount), "withdrawals": .integer(user.withdrawalCount)])
        return OwnerOutcome(status: ExitStatus.success, document: user.account.document + counts)
    }

    private func add(_ text: String, _ hash: PasswordHash) throws(StoreError) -> OwnerOutcome {
        guard let login = try? Login(text) else {
            return .failure(ExitStatus.refused, "a login has 1 to \(Login.bytesMax) bytes")
        }
        guard try repository.addUser(login, passwordHash: hash) != nil else {
            return .failure(ExitStatus.refused, "the login \(text.oneLine) is taken")
        }
        return OwnerOutcome(
            status: ExitStatus.success, text: "\(text.oneLine) is added\n",
            document: JSONObject(["login": .string(text)]))
    }

    /// What the owner is told of a change of a user.
    private static func outcome(
        of result: UserChangeResult, _ user: UserSelector, _ changed: String, _ unchanged: String
    ) -> OwnerOutcome {
        func told(_ login: String, _ text: String, isChanged: Bool) -> OwnerOutcome {
            OwnerOutcome(
                status: ExitStatus.success, text: "\(login.oneLine): \(text)\n",
                document: JSONObject(["login": .string(login), "changed": .bool(isChanged)]))
        }
        switch result {
        case .changed(let login): return told(login, changed, isChanged: true)
        case .unchanged(let login): return told(login, unchanged, isChanged: false)
        case .noSuchUser: return noUser(user)
        }
    }

    private func orders(
        of user: UserSelector?, _ status: Order.Status?, before: Int64, limit: Int, _ row: (JSONObject) -> Void
    ) throws(StoreError) -> OwnerOutcome {
        let found = try repository.orders(of: user, status: status, before: OrderID(rawValue: before), limit: limit)
        guard let orders = found else {
            guard let user else { preconditionFailure("orders of all users are found in any case") }
            return Self.noUser(user)
        }
        for order in orders { row(order.document) }
        let next = orders.count == limit ? orders.last?.id.rawValue : nil
        return OwnerOutcome(status: ExitStatus.success, document: JSONObject([:]), next: next)
    }

    private func show(order text: String) throws(StoreError) -> OwnerOutcome {
        guard let number = try? OrderNumber(parsing: text.utf8) else { return Self.noOrder(text) }
        let use = try repository.use(of: number)
        guard use.order != nil || use.withdrawal != nil else { return Self.noOrder(text) }
        return OwnerOutcome(
            status: ExitStatus.success,
            document: JSONObject([
                "number": .string(number.digits), "upload": use.order.map { .object($0.upload) } ?? .null,
                "withdrawal": use.withdrawal.map { .object($0.document) } ?? .null,
            ]))
    }

    private func adjust(_ user: UserSelector, _ points: Points, _ reason: String) throws(StoreError) -> OwnerOutcome {
        guard points != .zero, !reason.isEmpty, reason.utf8.count <= LedgerNote.reasonBytesMax else {
            return .failure(
                ExitStatus.refused,
                "an adjustment has points other than 0, and a reason of 1 to \(LedgerNote.reasonBytesMax) bytes")
        }
        let note = LedgerNote(author: author, reason: reason)
        switch try repository.adjust(user, by: points, note: note) {
        case .noSuchUser: return Self.noUser(user)
        case .notEnoughPoints(let login, let current):
            return .failure(ExitStatus.refused, "\(login.oneLine) has \(current) points, and nobody goes below zero")
        case .tooManyPoints: return .failure(ExitStatus.refused, "so many points do not fit an account")
        case .adjusted(let login, let balance):
            return OwnerOutcome(
                status: ExitStatus.success, text: "\(login.oneLine) has \(balance.current) points now\n",
                document: JSONObject(["login": .string(login), "points": .points(points)]) + balance.document)
        }
    }

    private func refund(_ text: String, _ reason: String) throws(StoreError) -> OwnerOutcome {
        guard reason.utf8.count <= LedgerNote.reasonBytesMax else {
            return .failure(ExitStatus.refused, "a reason has at most \(LedgerNote.reasonBytesMax) bytes")
        }
        guard let number = try? OrderNumber(parsing: text.utf8) else { return Self.noWithdrawal(text) }
        switch try repository.refund(number, note: LedgerNote(author: author, reason: reason)) {
        case .noSuchWithdrawal: return Self.noWithdrawal(text)
        case .refundedBefore:
            return .failure(ExitStatus.refused, "the order \(number.digits) was refunded before; nothing was changed")
        case .refunded(let points, let balance):
            return OwnerOutcome(
                status: ExitStatus.success, text: "\(points) points for the order \(number.digits) are given back\n",
                document: JSONObject(["order": .string(number.digits), "points": .points(points)]) + balance.document)
        }
    }

    private func pipeline() -> OwnerOutcome {
        guard let pool else {
            return .failure(ExitStatus.unavailable, "no server that asks an accrual system runs on \(store)")
        }
        return OwnerOutcome(status: ExitStatus.success, document: pool.document())
    }

    private func statistics() throws(StoreError) -> OwnerOutcome {
        let statistics = try repository.statistics()
        return OwnerOutcome(
            status: ExitStatus.success,
            document: statistics.document + repository.size.document + repository.engine.document
                + JSONObject(["backups": backups.map { .object($0) } ?? .null]))
    }

    private static func noUser(_ user: UserSelector) -> OwnerOutcome {
        .failure(ExitStatus.notFound, "there is no user \(user.description.oneLine)")
    }

    private static func noOrder(_ number: String) -> OwnerOutcome {
        .failure(ExitStatus.notFound, "there is no order \(number.oneLine)")
    }

    private static func noWithdrawal(_ number: String) -> OwnerOutcome {
        .failure(ExitStatus.notFound, "nothing was spent on an order \(number.oneLine)")
    }
}
