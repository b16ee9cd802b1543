import Changes
import Loyalty
import SQLite
import SharedStore

/// The transaction in which an operation writes, together with other operations. The writer begins and ends it.
struct WriteTransaction: ShopTransaction {
    /// For the operations of SQLite alone.
    let database: Database
    private let changes: CommittedChanges
    /// The users that the transaction touches. Triggers note them, except for an upload.
    let touched: TouchedData
    let orderIDs: OrderIDs
    /// Unfinished orders of each user; an operation that adds or finishes one notes it here.
    let unfinished: UnfinishedCounts
    let figures: PendingFigures
    let corrections: CorrectedReceipts

    init(
        _ database: Database, changes: CommittedChanges, touched: TouchedData, orderIDs: OrderIDs,
        unfinished: UnfinishedCounts, figures: PendingFigures, corrections: CorrectedReceipts
    ) {
        self.database = database
        self.changes = changes
        self.touched = touched
        self.orderIDs = orderIDs
        self.unfinished = unfinished
        self.figures = figures
        self.corrections = corrections
    }

    func note(_ change: Change.Kind, of user: UserID) {
        changes.append(Change(change, of: user))
    }

    /// Nothing to do: the writer alone writes, one operation after the other.
    func lock(_ user: UserID) {}

    /// As `lock(_:)` of a user.
    func lock(_ order: OrderNumber) {}

    /// Nothing to do: a trigger notes them.
    func noteEndedSessions(of user: UserID) {}

    func noteFinished(of user: UserID) {
        unfinished.noteFinished(of: user)
    }

    func noteCorrection(of order: OrderNumber, at now: Timestamp) {
        corrections.note(order, at: now)
    }

    func run(_ sql: StaticString, values: [SQLValue]) throws(SQLiteError) -> Int {
        try database.shared.run(sql, values: values)
    }

    func rows(_ sql: StaticString, values: [SQLValue]) throws(SQLiteError) -> [SQLRow] {
        try database.shared.rows(sql, values: values)
    }
}
