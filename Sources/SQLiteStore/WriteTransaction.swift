import Changes
import Loyalty
import SQLite

/// The transaction that an operation writes in, together with others; the operation neither begins nor ends it.
package struct WriteTransaction {
    private let database: Database
    private let changes: CommittedChanges
    /// Unfinished orders of each user; an operation that adds or finishes one notes it here.
    let unfinished: UnfinishedCounts

    init(_ database: Database, changes: CommittedChanges, unfinished: UnfinishedCounts) {
        self.database = database
        self.changes = changes
        self.unfinished = unfinished
    }

    /// Has the user told, once the transaction is committed; what was noted first is told first.
    func note(_ change: AccountChange.Kind, of user: UserID) {
        changes.append(AccountChange(change, of: user))
    }

    /// Runs a statement that answers no rows; returns how many it inserted, updated or deleted.
    @discardableResult
    package func run<each Value: Bindable>(
        _ sql: StaticString, _ values: repeat each Value
    ) throws(SQLiteError) -> Int {
        try database.run(sql, repeat each values)
    }

    /// What `read` makes of the first row; nil where there is none.
    package func first<Result, each Value: Bindable>(
        _ sql: StaticString, _ values: repeat each Value,
        read: (borrowing Row) throws(SQLiteError) -> Result
    ) throws(SQLiteError) -> Result? {
        try database.first(sql, repeat each values, read: read)
    }

    /// What `read` makes of each row.
    package func all<Result, each Value: Bindable>(
        _ sql: StaticString, _ values: repeat each Value,
        read: (borrowing Row) throws(SQLiteError) -> Result
    ) throws(SQLiteError) -> [Result] {
        try database.all(sql, repeat each values, read: read)
    }

    /// The row id of the last successful insert.
    package var lastInsertedID: Int64 { database.lastInsertedID }
}
