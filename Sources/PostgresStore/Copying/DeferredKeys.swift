import Postgres
import SharedStore

/// The keys, foreign keys and indexes of the tables of a copy, which are made after the rows are copied: a million
/// orders take ten times as long to copy into tables that have them.
///
/// They are made again from the server's own definitions of them, so that they equal those of the schema.
struct DeferredKeys {
    private struct Object {
        let removal: String
        let statement: String
    }

    /// The objects in the order in which they are made.
    private let objects: [Object]

    /// Removes the keys and indexes of the tables that a copy fills.
    static func remove(on connection: inout Connection, until deadline: Deadline) throws(PostgresError) -> DeferredKeys
    {
        let constraints = try list(
            """
            SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
                format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
            FROM pg_constraint WHERE contype IN ('p', 'u', 'f')
                AND conrelid IN (SELECT to_regclass(name) FROM unnest($1) AS name)
            ORDER BY CASE contype WHEN 'p' THEN 1 WHEN 'u' THEN 2 ELSE 3 END, conrelid, conname
            """, on: &connection, until: deadline)
        // Foreign keys go first, since they need the keys that they refer to.
        for object in constraints.reversed() { try connection.runScript(object.removal, until: deadline) }
        let indexes = try list(
            """
            SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
            FROM pg_index WHERE indrelid IN (SELECT to_regclass(name) FROM unnest($1) AS name)
            ORDER BY indexrelid
            """, on: &connection, until: deadline)
        for object in indexes { try connection.runScript(object.removal, until: deadline) }
        return DeferredKeys(objects: constraints + indexes)
    }

    /// Makes the keys and indexes again.
    func make(on connection: inout Connection) throws(PostgresError) {
        for object in objects { try connection.runScript(object.statement, until: PostgresCheck.deadline) }
    }

    private static func list(
        _ sql: String, on connection: inout Connection, until deadline: Deadline
    ) throws(PostgresError) -> [Object] {
        var parameters = Parameters()
        parameters.add(array: StoredTable.all.map(\.name))
        return try connection.run(sql, parameters, until: deadline) {
            (rows: borrowing ResultSet) throws(PostgresError) in
            try rows.all { (row: borrowing Row) throws(PostgresError) in
                Object(removal: try row.text(0), statement: try row.text(1))
            }
        }
    }
}
