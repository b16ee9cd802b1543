import Loyalty

/// Runs statements on one state of a store, whichever engine keeps it.
///
/// The statements are in the SQL that SQLite (from 3.40) and PostgreSQL (from 13) understand alike:
///
/// * `?` takes the next value, and `?2` the second one.
/// * A sum has a cast, `CAST(sum(amount) AS BIGINT)`, since PostgreSQL's sum of integers is no integer.
/// * `ON CONFLICT DO UPDATE` names the columns of the conflict.
/// * A condition is not an integer. `CASE WHEN … THEN 1 ELSE 0 END` makes one that a statement compares; in a row, a
///   condition is 0 or 1.
/// * An inserted id is that of `RETURNING`, and a limit is never negative.
///
/// Each method blocks, and belongs to one thread.
package protocol SQLSession {
    associatedtype Failure: SQLFailure

    /// Runs a statement that returns no rows. Returns the number of rows that it inserted, updated or deleted.
    func run(_ sql: StaticString, values: [SQLValue]) throws(Failure) -> Int

    /// Runs a statement, and returns its rows.
    func rows(_ sql: StaticString, values: [SQLValue]) throws(Failure) -> [SQLRow]
}

/// An error of an engine.
package protocol SQLFailure: Error, Sendable {
    /// The error of a row with a value that this program would not have stored.
    ///
    /// - Parameter kind: what the value should be, such as "an order number".
    static func badValue(_ kind: String) -> Self
}

extension SQLSession {
    /// As `run(_:values:)`.
    @discardableResult
    package func run<each Value: SQLConvertible>(
        _ sql: StaticString, _ values: repeat each Value
    ) throws(Failure) -> Int {
        try run(sql, values: Self.list(repeat each values))
    }

    /// Returns the result of `read` for the first row; `nil` if there is no row.
    package func first<Result, each Value: SQLConvertible>(
        _ sql: StaticString, _ values: repeat each Value, read: (SQLRow) throws(BadValue) -> Result
    ) throws(Failure) -> Result? {
        guard let row = try rows(sql, values: Self.list(repeat each values)).first else { return nil }
        return try Self.translate { () throws(BadValue) in try read(row) }
    }

    /// Returns the result of `read` for each row.
    package func all<Result, each Value: SQLConvertible>(
        _ sql: StaticString, _ values: repeat each Value, read: (SQLRow) throws(BadValue) -> Result
    ) throws(Failure) -> [Result] {
        let rows = try rows(sql, values: Self.list(repeat each values))
        return try Self.translate { () throws(BadValue) in
            var results: [Result] = []
            results.reserveCapacity(rows.count)
            for row in rows { results.append(try read(row)) }
            return results
        }
    }

    /// A page of a list whose entries have ids that grow, newest first.
    package func page<Item>(
        from cursor: PageCursor?, limit: Int,
        _ select: (_ before: Int64, _ limit: Int64) throws(Failure) -> [(Int64, Item)]
    ) throws(Failure) -> Page<Item> {
        precondition(limit > 0, "limit must be positive")
        // One row more than the limit shows that there is a next page.
        let rows = try select(cursor?.rawValue ?? .max, Int64(limit) + 1)
        let next = rows.count > limit ? PageCursor(rawValue: rows[limit - 1].0) : nil
        return Page(items: rows.prefix(limit).map(\.1), next: next)
    }

    private static func list<each Value: SQLConvertible>(_ values: repeat each Value) -> [SQLValue] {
        var list: [SQLValue] = []
        func append<One: SQLConvertible>(_ value: One) { list.append(One.sqlValue(of: value)) }
        repeat append(each values)
        return list
    }

    private static func translate<Result>(
        _ read: () throws(BadValue) -> Result
    ) throws(Failure) -> Result {
        do throws(BadValue) {
            return try read()
        } catch {
            throw .badValue(error.kind)
        }
    }
}
