import EndToEndSupport
import Testing

extension Trait where Self == ConditionTrait {
    /// Skips a test on PostgreSQL.
    ///
    /// - Parameter reason: what the test is about, which SQLite alone has.
    static func onSQLite(_ reason: Comment) -> Self {
        .enabled(if: TestEngine.current == .sqlite, reason)
    }

    /// Skips a test of the files of SQLite's databases on PostgreSQL.
    static var filesOfSQLite: Self { onSQLite("it is about files of SQLite") }

    /// Skips a test of backups and restores on PostgreSQL, whose own tools make them.
    static var backupsOfSQLite: Self { onSQLite("PostgreSQL has its own tools for backups") }

    /// Skips a test of the control socket on PostgreSQL: commands connect to the database instead.
    static var controlSocket: Self { onSQLite("a control socket is beside a file of SQLite") }
}
