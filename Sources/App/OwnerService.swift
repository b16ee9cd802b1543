import JSON
import Loyalty
import Posix
import SQLite
import SQLiteStore

/// Does the commands that look at users, orders and points or change them. Confined to one thread, which it may block.
struct OwnerService {
    let repository: OwnerRepository
    /// The database's file.
    let path: String
    /// The system's name of whoever asks.
    let author: String
    /// The accrual pipeline; `nil` if there is none.
    let pool: OwnersPool?
    /// How the backups by the clock are; `nil` if there are none.
    let backups: JSONObject?
    /// Tells a command that takes long to give up.
    let cancellation: Cancellation

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
            return try change(user, "the password is set, and the sessions have ended", "") {
                transaction throws(SQLiteError) in try transaction.setPassword(hash, user)
            }
        case .setEnabled(let user, let isEnabled):
            return try change(
                user, isEnabled ? "may sign in again" : "can't sign in any more, and the sessions have ended",
                isEnabled ? "may sign in already" : "is disabled already"
            ) { transaction throws(SQLiteError) in try transaction.setEnabled(isEnabled, user) }
        case .deleteUser(let user):
            return try change(user, "is deleted; order numbers and ledger stay", "") {
                transaction throws(SQLiteError) in try transaction.eraseUser(user)
            }
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
        let users = try repository.users(after: after, limit: OwnerCommand.pageMax)
        for user in users { row(user.document) }
        let next = users.count == OwnerCommand.pageMax ? users.last?.id.rawValue : nil
        return OwnerOutcome(status: ExitStatus.success, document: JSONObject([:]), next: next)
    }

    private func show(_ selector: UserSelector, _ row: (JSONObject) -> Void) throws(StoreError) -> OwnerOutcome {
        guard let user = try repository.user(selector, entries: Self.entriesMax) else { return Self.noUser(selector) }
        for entry in user.entries { row(entry.document) }
        let counts = JSONObject(["orders": .integer(user.orders), "withdrawals": .integer(user.withdrawals)])
        return OwnerOutcome(status: ExitStatus.success, document: user.account.document + counts)
    }

    private func add(_ text: String, _ hash: PasswordHash) throws(StoreError) -> OwnerOutcome {
        guard let login = try? Login(text) else {
            return .failure(ExitStatus.refused, "a login has 1 to \(Login.bytesMax) bytes")
        }
        let user = try repository.write { transaction, now throws(SQLiteError) in
            try transaction.addUser(login, passwordHash: hash, at: now)
        }
        guard user != nil else { return .failure(ExitStatus.refused, "the login \(text.oneLine) is taken") }
        return OwnerOutcome(
            status: ExitStatus.success, text: "\(text.oneLine) is added\n",
            document: JSONObject(["login": .string(text)]))
    }

    /// Changes something of a user, and says that it did or that it was so.
    private func change(
        _ user: UserSelector, _ changed: String, _ unchanged: String,
        _ body: @escaping @Sendable (WriteTransaction) throws(SQLiteError) -> UserChange
    ) throws(StoreError) -> OwnerOutcome {
        let (login, change) = try repository.write { transaction, _ throws(SQLiteError) in
            // Deleting erases the login.
            let login = try transaction.login(of: user)
            return (login, try body(transaction))
        }
        guard let login, change != .noSuchUser else { return Self.noUser(user) }
        let isChanged = change == .changed
        return OwnerOutcome(
            status: ExitStatus.success, text: "\(login.oneLine): \(isChanged ? changed : unchanged)\n",
            document: JSONObject(["login": .string(login), "changed": .bool(isChanged)]))
    }

    private func orders(
        of user: UserSelector?, _ status: Order.Status?, before: Int64, limit: Int, _ row: (JSONObject) -> Void
    ) throws(StoreError) -> OwnerOutcome {
        if let user, try repository.id(of: user) == nil { return Self.noUser(user) }
        let orders = try repository.orders(of: user, status: status, before: before, limit: limit)
        for order in orders { row(order.document) }
        let next = orders.count == limit ? orders.last?.id.rawValue : nil
        return OwnerOutcome(status: ExitStatus.success, document: JSONObject([:]), next: next)
    }

    private func show(order text: String) throws(StoreError) -> OwnerOutcome {
        guard let number = try? OrderNumber(parsing: text.utf8) else { return Self.noOrder(text) }
        let (order, withdrawal) = try repository.order(number)
        guard order != nil || withdrawal != nil else { return Self.noOrder(text) }
        return OwnerOutcome(
            status: ExitStatus.success,
            document: JSONObject([
                "number": .string(number.digits), "upload": order.map { .object($0.upload) } ?? .null,
                "withdrawal": withdrawal.map { .object($0.document) } ?? .null,
            ]))
    }

    private func adjust(_ user: UserSelector, _ points: Points, _ reason: String) throws(StoreError) -> OwnerOutcome {
        guard points != .zero, !reason.isEmpty, reason.utf8.count <= LedgerNote.reasonBytesMax else {
            return .failure(
                ExitStatus.refused,
                "an adjustment has points other than 0, and a reason of 1 to \(LedgerNote.reasonBytesMax) bytes")
        }
        let note = LedgerNote(author: author, reason: reason)
        let (found, outcome) = try repository.write { transaction, now throws(SQLiteError) in
            (try transaction.login(of: user), try transaction.adjust(user, by: points, note: note, at: now))
        }
        guard let login = found else { return Self.noUser(user) }
        switch outcome {
        case .noSuchUser: return Self.noUser(user)
        case .notEnoughPoints(let current):
            return .failure(ExitStatus.refused, "\(login.oneLine) has \(current) points, and nobody goes below zero")
        case .tooManyPoints: return .failure(ExitStatus.refused, "so many points do not fit an account")
        case .adjusted(let balance):
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
        let note = LedgerNote(author: author, reason: reason)
        let outcome = try repository.write { transaction, now throws(SQLiteError) in
            try transaction.refund(number, note: note, at: now)
        }
        switch outcome {
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
            return .failure(ExitStatus.unavailable, "no server that asks an accrual system runs on \(path)")
        }
        return OwnerOutcome(status: ExitStatus.success, document: pool.document())
    }

    private func statistics() throws(StoreError) -> OwnerOutcome {
        let statistics = try repository.statistics(path: path)
        return OwnerOutcome(
            status: ExitStatus.success,
            document: statistics.document + JSONObject(["backups": backups.map { .object($0) } ?? .null]))
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
