import Changes
import Loyalty
import Storage

/// The tables of a store in memory, and what one commit does to them.
struct InMemoryTables: Sendable {
    struct User {
        let id: UserID
        /// `nil` once the user was deleted.
        var login: Login?
        var passwordHash: PasswordHash
        var state = UserAccount.State.active
        let createdAt: Timestamp
    }

    struct Place {
        let place: SignInPlace
        var usedAt: Timestamp
        var returned = false
    }

    struct Upload {
        let user: UserID
        var order: Order
    }

    struct Spending {
        let user: UserID
        let withdrawal: Withdrawal
        var refundedAt: Timestamp?
        var note: LedgerNote?
    }

    /// A row's id is its position, counted from 1.
    var users: [User] = []
    var sessions: [SessionID: (user: UserID, expiresAt: Timestamp)] = [:]
    var places: [UserID: [Place]] = [:]
    var uploads: [Upload] = []
    var spent: [Spending] = []
    var balances: [UserID: Balance] = [:]
    var entries: [(user: UserID, entry: AnnotatedEntry)] = []
    var rules: [RewardRule] = []
    var receipts: [OrderNumber: ReceiptFacts] = [:]
    /// The orders whose receipts were corrected: their settlements read the receipt again.
    var correctedReceipts: Set<OrderNumber> = []
    var staff: [StaffMember] = []
    var staffSessions: [SessionID: (staff: StaffID, expiresAt: Timestamp)] = [:]
    var actions: [StaffAction] = []
    var keptResponses: [KeptResponseKey: KeptResponse] = [:]
    /// `nil` if the configuration decides.
    var isRegistrationOpen: Bool?

    /// The most unfinished orders of one user.
    var unfinishedPerUserMax = StorageLimits().unfinishedOrdersPerUserMax
    /// The number of commits that changed anything.
    private(set) var commitCount: UInt64 = 0
    /// The last commit that touched each user, and the rules.
    private(set) var revisions: [UserID: UInt64] = [:]
    private(set) var rulesRevision: UInt64 = 0

    // The changes of the operation that is running.
    private var touched: Set<UserID> = []
    private var touchesRules = false
    private var notes: [Change] = []
    private var sessionEnds: [UserID] = []

    mutating func touch(_ user: UserID) { touched.insert(user) }

    mutating func touchRules() { touchesRules = true }

    /// Has a change published with the commit.
    mutating func note(_ change: Change.Kind, of user: UserID) { notes.append(Change(change, of: user)) }

    /// Ends a session. An end before its time is published with the commit.
    mutating func endSession(_ id: SessionID, at now: Timestamp) {
        guard let session = sessions.removeValue(forKey: id) else { return }
        touch(session.user)
        if session.expiresAt.milliseconds > now.milliseconds, sessionEnds.last != session.user {
            sessionEnds.append(session.user)
        }
    }

    /// Ends the operation under way. Returns what it has to publish.
    mutating func commit() -> (changes: [Change], sessionEnds: [UserID]) {
        if !touched.isEmpty || touchesRules {
            commitCount += 1
            for user in touched { revisions[user] = commitCount }
            if touchesRules { rulesRevision = commitCount }
        }
        defer {
            touched.removeAll()
            touchesRules = false
            notes.removeAll()
            sessionEnds.removeAll()
        }
        return (notes, sessionEnds)
    }

    func balance(of user: UserID) -> Balance { balances[user] ?? Balance(current: .zero, withdrawn: .zero) }

    mutating func setBalance(_ balance: Balance, of user: UserID) {
        balances[user] = balance
        touch(user)
    }

    mutating func addEntry(
        _ kind: LedgerEntry.Kind, of user: UserID, order: OrderNumber?, points: Points, note: LedgerNote? = nil,
        at now: Timestamp
    ) {
        let entry = LedgerEntry(
            kind: kind, order: order, points: points, balanceAfter: balance(of: user).current, at: now)
        entries.append((user, AnnotatedEntry(entry: entry, note: note)))
        touch(user)
    }

    /// A page of the rows that have a value, newest first. A cursor is the id of the last row of the page before.
    func page<Row, Item>(
        of rows: [Row], from cursor: PageCursor?, limit: Int, _ item: (Row) -> Item?
    ) -> Page<Item> {
        let end = min(rows.count, Int(clamping: (cursor?.rawValue ?? .max) - 1))
        var items: [Item] = []
        var last = end
        for index in (0..<max(0, end)).reversed() {
            guard let found = item(rows[index]) else { continue }
            guard items.count < limit else { return Page(items: items, next: PageCursor(rawValue: Int64(last))) }
            items.append(found)
            last = index + 1
        }
        return Page(items: items, next: nil)
    }
}
