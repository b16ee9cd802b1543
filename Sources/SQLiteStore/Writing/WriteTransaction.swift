import Changes
import Loyalty
import SQLite

/// The transaction in which an operation writes, together with other operations. The writer begins and ends it.
struct WriteTransaction {
    private let database: Database
    private let changes: CommittedChanges
    /// Unfinished orders of each user; an operation that adds or finishes one notes it here.
    let unfinished: UnfinishedCounts
    /// Figures of the shop; an operation that adds a user, an order or an entry of the ledger notes it here.
    let figures: PendingFigures
    let corrections: CorrectedReceipts

    init(
        _ database: Database, changes: CommittedChanges, unfinished: UnfinishedCounts, figures: PendingFigures,
        corrections: CorrectedReceipts
    ) {
        self.database = database
        self.changes = changes
        self.unfinished = unfinished
        self.figures = figures
        self.corrections = corrections
    }

    /// Has a change published after the commit. Changes are published in the order in which they were noted.
    func note(_ change: Change.Kind, of user: UserID) {
        changes.append(Change(change, of: user))
    }

    /// Runs a statement that returns no rows. Returns the number of rows that it inserted, updated or deleted.
    @discardableResult
    func run<each Value: Bindable>(
        _ sql: StaticString, _ values: repeat each Value
    ) throws(SQLiteError) -> Int {
        try database.run(sql, repeat each values)
    }

    /// Returns the result of `read` for the first row; `nil` if there is no row.
    func first<Result, each Value: Bindable>(
        _ sql: StaticString, _ values: repeat each Value,
        read: (borrowing Row) throws(SQLiteError) -> Result
    ) throws(SQLiteError) -> Result? {
        try database.first(sql, repeat each values, read: read)
    }

    /// Returns the result of `read` for each row.
    func all<Result, each Value: Bindable>(
        _ sql: StaticString, _ values: repeat each Value,
        read: (borrowing Row) throws(SQLiteError) -> Result
    ) throws(SQLiteError) -> [Result] {
        try database.all(sql, repeat each values, read: read)
    }

    /// The row id of the last successful insert.
    var lastInsertedID: Int64 { database.lastInsertedID }
}
