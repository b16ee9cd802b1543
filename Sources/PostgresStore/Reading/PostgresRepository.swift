import Eventual
import Loyalty
import Posix
import Postgres
import SharedStore
import Storage

/// The ``Storage/Repository`` of one event loop: its own connection to read, the shared ``WriteLane`` to write. It is
/// used on the loop's thread alone.
///
/// Each read asks the database, since another instance may have changed everything. Nothing is kept from one read to
/// the next.
final class PostgresRepository: Repository {
    private let reads: TurnReads
    private let writes: WriteLane

    convenience init(lane: ReadLane, writes: WriteLane) {
        self.init(TurnReads(lane), writes: writes)
    }

    init(_ reads: TurnReads, writes: WriteLane) {
        (self.reads, self.writes) = (reads, writes)
    }

    /// Hands over the reads that have begun in this turn; see ``TurnReads/endBatch()``.
    func endBatch() {
        reads.endBatch()
    }

    func close() {
        reads.close()
    }

    /// Reads the rows of a statement of ``ReadStatements``.
    private func read<Value: Sendable>(
        _ statement: PreparedStatement, _ parameters: Parameters = Parameters(),
        _ value: @escaping @Sendable (borrowing ResultSet) throws(PostgresError) -> Value
    ) -> Eventual<Value, LoyaltyError> {
        .later { [reads] () async throws(LoyaltyError) in
            try await reads.rows(of: statement, parameters, read: value)
        }
    }
}

// MARK: - Sign-in

extension PostgresRepository {
    func session(_ id: SessionID) -> Eventual<OpenSession?, LoyaltyError> {
        .later { [reads] () async throws(LoyaltyError) in try await reads.session(id) }
    }

    func credentials(of login: Login) -> Eventual<Credentials?, LoyaltyError> {
        guard login.isStorable else { return .now(nil) }
        return read(ReadStatements.credentials, Parameters { $0.add(login.text) }) { rows throws(PostgresError) in
            try rows.first { row throws(PostgresError) in try Credentials(row) }
        }
    }

    func signInPlaces(
        of login: Login, among places: [SignInPlace]
    ) -> Eventual<[SignInPlace], LoyaltyError> {
        guard login.isStorable else { return .now([]) }
        let parameters = Parameters {
            $0.add(login.text)
            $0.add(array: places.map(\.bytes))
        }
        return read(ReadStatements.signInPlaces, parameters) { rows throws(PostgresError) in
            let known = try rows.all { row throws(PostgresError) in try row.bytes(0) }
            return places.filter { known.contains($0.bytes) }
        }
    }

    func profile(of user: UserID) -> Eventual<UserProfile?, LoyaltyError> {
        read(ReadStatements.profile, Parameters { $0.add(user.rawValue) }) { rows throws(PostgresError) in
            let profile = try rows.first { row throws(PostgresError) in try UserProfile(row) }
            return profile ?? nil
        }
    }

    func isRegistrationOpen() -> Eventual<Bool?, LoyaltyError> {
        read(ReadStatements.registration) { rows throws(PostgresError) in
            try rows.first { row throws(PostgresError) in try row.integer(0) == 1 }
        }
    }

    func addUser(
        _ login: Login, passwordHash: PasswordHash, session: NewSession, at now: Timestamp
    ) async throws(LoyaltyError) -> UserID {
        guard login.isStorable else { throw .malformed("The login has the character U+0000.") }
        let user = try await writes.converse { transaction throws(PostgresError) in
            try transaction.addUser(login, passwordHash: passwordHash, session: session, at: now)
        }
        guard let user else { throw .loginTaken }
        return user
    }

    func addSession(
        _ session: NewSession, of credentials: Credentials, replacingHashBy hash: PasswordHash?
    ) async throws(LoyaltyError) {
        let isAdded = try await writes.converse { transaction throws(PostgresError) in
            try transaction.addSession(session, of: credentials, replacingHashBy: hash)
        }
        guard isAdded else { throw .wrongCredentials }
    }

    func removeSession(_ id: SessionID) async throws(LoyaltyError) {
        try await writes.converse { transaction throws(PostgresError) in try transaction.removeSession(id) }
    }

    func changePassword(
        of credentials: Credentials, to hash: PasswordHash, keeping session: SessionID, places: [SignInPlace]
    ) async throws(LoyaltyError) {
        let isChanged = try await writes.converse { transaction throws(PostgresError) in
            try transaction.changePassword(of: credentials, to: hash, keeping: session, places: places)
        }
        guard isChanged else { throw .wrongCurrentPassword }
    }
}

// MARK: - Orders and points

extension PostgresRepository {
    func orders(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) -> Eventual<Page<Order>, LoyaltyError> {
        page(ReadStatements.orders, of: user, from: cursor, limit: limit) { row throws(PostgresError) in
            try Order(row, from: 1)
        }
    }

    func order(_ number: OrderNumber, of user: UserID) -> Eventual<Order?, LoyaltyError> {
        var parameters = Parameters()
        parameters.add(number.digits)
        parameters.add(user.rawValue)
        return read(ReadStatements.order, parameters) { rows throws(PostgresError) in
            try rows.first { row throws(PostgresError) in try Order(row, from: 0) }
        }
    }

    func addOrder(
        _ number: OrderNumber, of user: UserID, at now: Timestamp
    ) async throws(LoyaltyError) -> OrderUpload {
        try await writes.addOrder(number, of: user, at: now)
    }

    func balance(of user: UserID) -> Eventual<Balance, LoyaltyError> {
        .later { [reads] () async throws(LoyaltyError) in try await reads.balance(of: user) }
    }

    func withdrawals(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) -> Eventual<Page<Withdrawal>, LoyaltyError> {
        page(ReadStatements.withdrawals, of: user, from: cursor, limit: limit) { row throws(PostgresError) in
            try Withdrawal(row, from: 1)
        }
    }

    func ledger(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) -> Eventual<Page<LedgerEntry>, LoyaltyError> {
        page(ReadStatements.ledger, of: user, from: cursor, limit: limit) { row throws(PostgresError) in
            try LedgerEntry(row, from: 1)
        }
    }

    func withdraw(
        _ sum: Points, for order: OrderNumber, of user: UserID, at now: Timestamp
    ) async throws(LoyaltyError) -> WithdrawalResult {
        precondition(sum > .zero, "a withdrawal's sum must be positive")
        return try await writes.withdraw(sum, for: order, of: user, at: now)
    }

    /// A page of a list whose entries have ids that grow, newest first. The id is the first column.
    private func page<Item: Sendable>(
        _ statement: PreparedStatement, of user: UserID, from cursor: PageCursor?, limit: Int,
        item: @escaping @Sendable (borrowing Row) throws(PostgresError) -> Item
    ) -> Eventual<Page<Item>, LoyaltyError> {
        precondition(limit > 0, "limit must be positive")
        var parameters = Parameters()
        parameters.add(user.rawValue)
        parameters.add(cursor?.rawValue ?? .max)
        // One more tells whether there is a next page.
        parameters.add(Int64(limit) + 1)
        let list = ListPart(user: user, rowsMax: limit + 1)
        return .later { [reads, parameters] () async throws(LoyaltyError) in
            try await reads.rows(of: statement, parameters, list: list) { rows throws(PostgresError) in
                let found = try rows.all { row throws(PostgresError) in (id: try row.integer(0), item: try item(row)) }
                let next = found.count > limit ? PageCursor(rawValue: found[limit - 1].id) : nil
                return Page(items: found.prefix(limit).map(\.item), next: next)
            }
        }
    }
}

extension Login {
    /// True unless it has the one character that texts of PostgreSQL can't have
    /// (postgresql.org/docs/current/datatype-character.html).
    fileprivate var isStorable: Bool { !text.utf8.contains(0) }
}
