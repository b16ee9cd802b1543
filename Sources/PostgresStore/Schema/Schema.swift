/// The schema of a database, as a list of migrations: each makes the next version.
///
/// A migration only adds, since instances of the version before may still run while one of this version starts.
enum Schema {
    static let migrations = [[foundation, staff, instances].joined(separator: "\n"), history]

    static var version: Int { migrations.count }

    /// The text that marks a database as Martlet's, so that the database of another program is not taken for one.
    static let application = "martlet"
}
