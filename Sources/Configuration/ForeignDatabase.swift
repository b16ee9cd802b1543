/// Recognises texts that name databases for other programs: drivers, other database systems, Windows. None is the path
/// of a file here, and some would become a file whose name contains a password.
enum ForeignDatabase {
    /// Schemes of URLs (RFC 3986, section 3.1), with the name of the database system. A driver may follow a plus sign,
    /// as in `postgresql+psycopg` (SQLAlchemy) and `mongodb+srv`.
    private static let systems = [
        "postgres": "PostgreSQL", "postgresql": "PostgreSQL", "cockroachdb": "CockroachDB", "mysql": "MySQL",
        "mysqlx": "MySQL",
        "mariadb": "MariaDB", "mongodb": "MongoDB", "redis": "Redis", "rediss": "Redis", "sqlserver": "SQL Server",
        "mssql": "SQL Server", "oracle": "Oracle", "clickhouse": "ClickHouse", "cassandra": "Cassandra", "db2": "Db2",
        "firebird": "Firebird", "libsql": "libSQL",
    ]

    /// Returns the reason why a text does not name a file, as a sentence about it; `nil` if it has none of these forms.
    ///
    /// - Parameter scheme: the text before the first colon, in small letters, if that can be the scheme of a URL.
    static func fault(in text: String, scheme: String?) -> String? {
        if text.lowercased().contains(":memory:") { return "a database in memory would be gone with the process" }
        guard !["/", "./", "../"].contains(where: text.hasPrefix), scheme != "file", scheme != "sqlite" else {
            return nil
        }
        if isWindowsPath(text) { return "it is a path of Windows; a file of this name is ./…" }
        if scheme == "jdbc" { return kept("it is a URL of JDBC with a scheme of Java's own") }
        if let scheme, let system = systems[String(scheme.prefix { $0 != "+" })] {
            return kept("it names a database server (\(system))")
        }
        if isMySQLName(text) { return kept("it is a MySQL address (a data source name of Go's driver)") }
        if isOracleName(text) { return kept("it is an Oracle address (user/password@host:port/service)") }
        if let scheme, isHostAndPort(text.dropFirst(scheme.count + 1)) {
            return kept("it names a server (host:port)")
        }
        if scheme != nil, text.contains("@") { return kept("it names a server, with a user and a password") }
        if isConnectionString(text) {
            return "it is a connection string, and Martlet takes an address of PostgreSQL (postgres://…) or the path "
                + "of a SQLite file; a file of this name is ./…"
        }
        return nil
    }

    private static func kept(_ reason: String) -> String {
        "\(reason), and Martlet keeps its data in a SQLite file or on PostgreSQL (postgres://…)"
    }

    /// `C:\shop\martlet.db`, `C:/shop/martlet.db`, `C:martlet.db`, `\\machine\share\martlet.db`, `..\martlet.db`
    private static func isWindowsPath(_ text: String) -> Bool {
        if [#"\\"#, #".\"#, #"..\"#].contains(where: text.hasPrefix) { return true }
        guard let drive = text.first, drive.isASCII, drive.isLetter, text.dropFirst().first == ":" else { return false }
        // A port or a password follows the name of a host or of a user that has one letter.
        let rest = text.dropFirst(2)
        return !isHostAndPort(rest) && (rest.first.map { #"\/"#.contains($0) } == true || !rest.contains("@"))
    }

    /// `user:password@tcp(host:3306)/name`, `user@unix(/run/mysqld.sock)/name`, `tcp(host)/name`: the user, the
    /// protocol and its address may each be missing (github.com/go-sql-driver/mysql, "DSN").
    private static func isMySQLName(_ text: String) -> Bool {
        guard let end = text.indices.last(where: { text[$0...].hasPrefix(")/") }) else { return false }
        let rest = text[..<end]
        let address = rest.lastIndex(of: "@").map { rest[rest.index(after: $0)...] } ?? rest
        return ["tcp(", "tcp4(", "tcp6(", "unix("].contains(where: address.hasPrefix)
            || (address.startIndex != text.startIndex && address.hasPrefix("("))
    }

    /// `user/password@host:1521/service`, also with `//` before the host, `:service` and without a service (Oracle's
    /// Easy Connect).
    private static func isOracleName(_ text: String) -> Bool {
        guard let at = text.lastIndex(of: "@"), let slash = text.firstIndex(of: "/"), slash < at,
            slash != text.startIndex
        else { return false }
        let address = text[text.index(after: at)...]
        if address.hasPrefix("//") { return true }
        guard let colon = address.firstIndex(of: ":"), colon != address.startIndex else { return false }
        return isHostAndPort(address[address.index(after: colon)...])
    }

    /// Returns true if what follows a host's colon is a port, alone or before `/` and `:`.
    private static func isHostAndPort(_ rest: Substring) -> Bool {
        let port = rest.prefix { $0.isASCII && $0.isNumber }
        guard (1...5).contains(port.count) else { return false }
        return rest[port.endIndex...].first.map { "/:?".contains($0) } ?? true
    }

    /// libpq's `host=localhost dbname=martlet`, ODBC's `Driver={SQL Server};Server=…`, ADO.NET's `Data
    /// Source=martlet.db`
    private static func isConnectionString(_ text: String) -> Bool {
        let word = text.prefix { $0.isASCII && ($0.isLetter || $0 == "_" || $0 == " ") }
        return !word.isEmpty && text[word.endIndex...].hasPrefix("=")
    }
}
