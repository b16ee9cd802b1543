import Loyalty
import SQLite
import Storage

/// The records of an import. Users get into their table at once; orders and entries wait in temporary tables of the
/// connection. Lines are those of the imported file.
final class StagedRecords {
    private let database: Database
    private let addUser: Statement
    private let addKey: Statement
    private let findKey: Statement
    private let addOrder: Statement
    private let addEntry: Statement
    private var lastUser: Int64
    /// The user of the line before: lines of one user often follow each other.
    private var recent: (key: String, user: Int64)?

    init(_ database: Database, cacheKibibytes: Int) throws(SQLiteError) {
        self.database = database
        try database.execute(Self.tables)
        try database.execute("PRAGMA temp.cache_size = -\(cacheKibibytes)")
        lastUser = try database.first("SELECT coalesce(max(id), 0) FROM users") { row in row.integer(0) } ?? 0
        addUser = try database.prepare(
            """
            INSERT INTO users (id, login, password_hash, created_at, state)
            VALUES (?1, coalesce(?2, printf('%0\(Login.bytesMax + 1)d', ?1)), ?3, ?4, ?5)
            ON CONFLICT (login) DO NOTHING
            """)
        addKey = try database.prepare(
            "INSERT INTO temp.moved_users VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING")
        findKey = try database.prepare("SELECT user_id, line FROM temp.moved_users WHERE key = ?")
        addOrder = try database.prepare("INSERT INTO temp.moved_orders VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
        addEntry = try database.prepare("INSERT INTO temp.moved_entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
    }

    private static let tables = """
        CREATE TEMP TABLE moved_users (
            key TEXT PRIMARY KEY, user_id INTEGER NOT NULL, line INTEGER NOT NULL, current INTEGER NOT NULL,
            withdrawn INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TEMP TABLE moved_orders (
            line INTEGER PRIMARY KEY, user_id INTEGER NOT NULL, number TEXT NOT NULL, status INTEGER NOT NULL,
            accrual INTEGER NOT NULL, uploaded_at INTEGER NOT NULL, credited_at INTEGER NOT NULL,
            position INTEGER) STRICT;
        CREATE TEMP TABLE moved_entries (
            line INTEGER PRIMARY KEY, user_id INTEGER NOT NULL, kind INTEGER NOT NULL, number TEXT NOT NULL,
            amount INTEGER NOT NULL, at INTEGER NOT NULL, author TEXT, reason TEXT, position INTEGER) STRICT;
        """

    /// Returns the fault of the record, as a phrase; `nil` if it has none by itself.
    func add(_ record: ShopRecord, line: Int64, at now: Timestamp) throws(SQLiteError) -> String? {
        switch record {
        case .user(let user): return try add(user, line: line, at: now)
        case .order(let order):
            guard let user = try user(of: order.user) else { return Self.unknown }
            try run(addOrder) { statement throws(SQLiteError) in
                try statement.bindAll(
                    line, user, order.order.number.digits, order.order.status.rawValue,
                    order.order.accrual.hundredths, order.order.uploadedAt.milliseconds,
                    order.creditedAt.milliseconds, order.position)
            }
        case .entry(let entry):
            guard let user = try user(of: entry.user) else { return Self.unknown }
            try run(addEntry) { statement throws(SQLiteError) in
                try statement.bindAll(
                    line, user, entry.kind.rawValue, entry.number?.digits ?? "", entry.points.hundredths,
                    entry.at.milliseconds, entry.note?.author, entry.note?.reason, entry.position)
            }
        }
        return nil
    }

    private static let unknown = "no line before it adds its user"

    private func add(_ user: MovedUser, line: Int64, at now: Timestamp) throws(SQLiteError) -> String? {
        let id = lastUser + 1
        let isAdded = try run(addKey) { statement throws(SQLiteError) in
            try statement.bindAll(
                user.key, id, line, user.balance.current.hundredths, user.balance.withdrawn.hundredths)
        }
        guard isAdded else { return "its id is that of line \(try self.line(ofKey: user.key))" }
        let hash = user.state == .deleted ? "" : (user.passwordHash ?? .missing).text
        let isNew = try run(addUser) { statement throws(SQLiteError) in
            try statement.bindAll(
                id, user.login?.text, hash, (user.createdAt ?? now).milliseconds, user.state.rawValue)
        }
        // Even if this user has a fault, the next one gets another id, because the key refers to this id.
        lastUser = id
        guard !isNew else { return nil }
        let first = try database.first(
            "SELECT line FROM temp.moved_users WHERE user_id = (SELECT id FROM users WHERE login = ?)",
            user.login?.text
        ) { row in row.integer(0) }
        return first.map { "its login is that of line \($0)" } ?? "the database has a user of its login already"
    }

    private func user(of key: String) throws(SQLiteError) -> Int64? {
        // As the database compares: for Swift's `String`, canonically equivalent ids would be the same.
        if let recent, recent.key.utf8.elementsEqual(key.utf8) { return recent.user }
        try findKey.bind(key, at: 1)
        defer { findKey.reset() }
        guard try findKey.step() else { return nil }
        let user = findKey.row.integer(0)
        recent = (key, user)
        return user
    }

    private func line(ofKey key: String) throws(SQLiteError) -> Int64 {
        try findKey.bind(key, at: 1)
        defer { findKey.reset() }
        return try findKey.step() ? findKey.row.integer(1) : 0
    }

    /// Returns true if the statement has added a row.
    @discardableResult
    private func run(
        _ statement: Statement, _ bind: (Statement) throws(SQLiteError) -> Void
    ) throws(SQLiteError) -> Bool {
        defer { statement.reset() }
        try bind(statement)
        while try statement.step() {}
        return database.changes == 1
    }
}
