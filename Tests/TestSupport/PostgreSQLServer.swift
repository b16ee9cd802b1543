import CLinux
import Glibc
import Posix
import Synchronization

/// A server of PostgreSQL that a test starts, with a folder and a free port of its own. PostgreSQL refuses to run as
/// root, so then it runs as another account.
///
/// The server ends with the tests, even if they crash.
package final class PostgreSQLServer: Sendable {
    /// The server that tests share which do not stop it. Each of them makes a database of its own.
    package static let shared: Result<PostgreSQLServer, any Error> = Result {
        let server = try PostgreSQLServer()
        atexit { try? PostgreSQLServer.shared.get().remove() }
        return server
    }

    /// The superuser's name; its password is ``password``. Over the Unix socket, no password is asked for.
    package static let user = "martlet"
    package static let password = "s3cret/@:%"

    package let folder: String
    package let port: Int
    private let account: Account?
    private let settings: [String]
    private let run: Run

    /// - Parameters:
    ///   - isDurable: true if commits are to wait for the disk.
    ///   - settings: further settings, such as `max_connections=10`.
    ///   - former: a server that was stopped, and to whose data this one succeeds on a new timeline, as after a
    ///     failover.
    package init(
        isDurable: Bool = false, settings: [String] = [], succeeding former: PostgreSQLServer? = nil
    ) throws {
        guard let programs = Self.programs else { throw TestFailure("PostgreSQL is not installed") }
        account = getuid() == 0 ? try Account.forServer() : nil
        folder = try TemporaryFolder(prefix: "martlet-pg-", under: Self.parent).path
        port = try Self.freePort()
        let durability = isDurable ? [] : ["fsync=off", "full_page_writes=off"]
        // All tests of a process share one server at once, and each store has up to ten connections.
        self.settings =
            [
                "port=\(port)", "listen_addresses=127.0.0.1", "unix_socket_directories=\(folder)",
                "shared_buffers=16MB", "max_connections=500", "max_wal_size=256MB",
                // Only a successor recovers from an archive, and this one is empty.
                "restore_command=/bin/false",
            ] + durability + settings
        run = Run()
        do {
            if let former {
                try Self.copyCluster(from: former.folder, to: folder, account)
            } else {
                try Self.makeCluster(in: folder, programs, account)
            }
            try start()
        } catch {
            remove()
            throw error
        }
    }

    /// The folder of the server's programs: `MARTLET_TEST_POSTGRES_PROGRAMS`, or else that of Debian's newest version;
    /// `nil` if there is none.
    private static let programs: String? = {
        if let folder = getenv("MARTLET_TEST_POSTGRES_PROGRAMS") { return String(cString: folder) }
        let root = "/usr/lib/postgresql"
        let versions = (try? FolderListing.names(in: root)) ?? []
        let newest = versions.compactMap { Int($0) }.filter { access("\(root)/\($0)/bin/initdb", X_OK) == 0 }.max()
        return newest.map { "\(root)/\($0)/bin" }
    }()

    /// The path of psql(1); `nil` if PostgreSQL is not installed.
    package static var psql: String? { programs.map { "\($0)/psql" } }

    /// True if a server can be started.
    package static var isInstalled: Bool { programs != nil }

    /// In memory, if the test run has a folder there.
    private static var parent: String? {
        getenv("MARTLET_TEST_MEMORY").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The address of a database.
    ///
    /// - Parameters:
    ///   - port: the port of a proxy before the server; `nil` for the server's own.
    ///   - parameters: such as `connect_timeout=1`.
    package func address(of database: String, through port: Int? = nil, _ parameters: String...) -> String {
        let query = (["sslmode=disable"] + parameters).joined(separator: "&")
        return "postgresql://\(Self.user):s3cret%2F%40%3A%25@127.0.0.1:\(port ?? self.port)/\(database)?\(query)"
    }

    /// The path of the Unix socket.
    package var socketPath: String { "\(folder)/.s.PGSQL.\(port)" }

    /// Runs statements as the superuser, for what a test prepares.
    package func run(_ sql: String, in database: String = "postgres") throws {
        guard let programs = Self.programs else { throw TestFailure("PostgreSQL is not installed") }
        let psql = try ChildProcess(
            "\(programs)/psql",
            [
                "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--host=\(folder)", "--port=\(port)",
                "--username=\(Self.user)", "--command=\(sql)", database,
            ])
        let status = psql.waitForEnd()
        guard status == 0 else { throw TestFailure("psql ended with \(status) after \(sql)") }
    }

    /// A database as statements of SQL, all rows included (pg_dump(1)).
    package func dump(of database: String) throws -> String {
        guard let programs = Self.programs else { throw TestFailure("PostgreSQL is not installed") }
        let path = "\(folder)/dump-\(UInt64.random(in: 0 ... .max))"
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        defer {
            close(file)
            unlink(path)
        }
        let pgDump = try ChildProcess(
            "\(programs)/pg_dump",
            ["--host=\(folder)", "--port=\(port)", "--username=\(Self.user)", database], output: file)
        let status = pgDump.waitForEnd()
        guard status == 0 else { throw TestFailure("pg_dump ended with \(status)") }
        return Self.text(of: path)
    }

    /// Makes an empty database and returns its name.
    package func makeDatabase() throws -> String {
        let name = "test_\(UInt64.random(in: 0 ... .max))"
        try run("CREATE DATABASE \(name)")
        return name
    }

    /// Starts the server again after ``stop(_:)``.
    package func start() throws {
        guard let programs = Self.programs else { throw TestFailure("PostgreSQL is not installed") }
        let log = open("\(folder)/log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        defer { close(log) }
        var arguments = ["-D", "\(folder)/data"]
        for setting in settings { arguments += ["-c", setting] }
        try run.start(Self.command("\(programs)/postgres", arguments, account, endsWithTests: true), log: log)
        let status = "\(folder)/data/postmaster.pid"
        try eventually("the server has not started: \(self.log)") {
            guard run.isRunning else { throw TestFailure("the server ended: \(self.log)") }
            // The last line of the file is the state (pidfile.h).
            return Self.text(of: status).contains("\nready")
        }
    }

    /// Ends the server with a signal: SIGINT ends all sessions first, SIGQUIT is a crash (server-shutdown.html).
    package func stop(_ signal: CInt = SIGINT) {
        run.stop(signal)
    }

    /// Ends the server and removes its folder.
    package func remove() {
        stop(SIGQUIT)
        _ = try? ChildProcess("/bin/rm", ["-rf", folder]).waitForEnd()
    }

    package var log: String { Self.text(of: "\(folder)/log") }
}

extension PostgreSQLServer {
    /// An account for a server that root starts.
    private struct Account: Sendable {
        let user: uid_t
        let group: gid_t

        static func forServer() throws -> Account {
            for name in ["postgres", "nobody"] {
                if let entry = getpwnam(name) {
                    return Account(user: entry.pointee.pw_uid, group: entry.pointee.pw_gid)
                }
            }
            throw TestFailure("there is no account for a server of PostgreSQL")
        }
    }

    /// The process of a server. A thread starts it and waits for it, since the process gets its signal as soon as the
    /// thread ends that started it (PR_SET_PDEATHSIG, prctl(2)).
    private final class Run: Sendable {
        private let current = Mutex<(process: ChildProcess, thread: Thread)?>(nil)

        func start(_ command: (path: String, arguments: [String]), log: CInt) throws {
            let started = BlockingQueue<Result<ChildProcess, any Error>>(capacity: 1)
            let thread = Thread(name: "postgres") {
                let process = Result { try ChildProcess(command.path, command.arguments, error: log) }
                _ = started.put(process)
                _ = try? process.get().waitForEnd()
            }
            guard let process = started.take() else { preconditionFailure("the queue must stay open") }
            do {
                let process = try process.get()
                current.withLock { $0 = (process, thread) }
            } catch {
                thread.join()
                throw error
            }
        }

        var isRunning: Bool { current.withLock { $0?.process.isRunning ?? false } }

        func stop(_ signal: CInt) {
            let ended = current.withLock { current in
                defer { current = nil }
                return current
            }
            guard let ended else { return }
            ended.process.signal(signal)
            ended.thread.join()
        }
    }

    private static func makeCluster(in folder: String, _ programs: String, _ account: Account?) throws {
        let passwordFile = "\(folder)/password"
        let file = open(passwordFile, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        let text = Array("\(password)\n".utf8)
        guard write(file, text, text.count) == text.count else { throw TestFailure("no password in \(passwordFile)") }
        close(file)
        if let account {
            for path in [folder, passwordFile] where chown(path, account.user, account.group) != 0 {
                throw TestFailure("\(path) can't be given to another account")
            }
        }
        let initdb = command(
            "\(programs)/initdb",
            [
                "--pgdata=\(folder)/data", "--username=\(user)", "--pwfile=\(passwordFile)", "--auth-local=trust",
                "--auth-host=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-sync",
            ], account)
        let status = try ChildProcess(initdb.path, initdb.arguments).waitForEnd()
        guard status == 0 else { throw TestFailure("initdb ended with \(status)") }
    }

    /// Copies the files of a server that was stopped. Recovery from an archive ends with a new timeline, as the
    /// promotion of a standby does (continuous-archiving.html).
    private static func copyCluster(from source: String, to folder: String, _ account: Account?) throws {
        if let account, chown(folder, account.user, account.group) != 0 {
            throw TestFailure("\(folder) can't be given to another account")
        }
        let data = "\(folder)/data"
        for (path, arguments) in [
            ("/bin/cp", ["-a", "\(source)/data", data]), ("/usr/bin/touch", ["\(data)/recovery.signal"]),
        ] {
            let copy = command(path, arguments, account)
            let status = try ChildProcess(copy.path, copy.arguments).waitForEnd()
            guard status == 0 else { throw TestFailure("\(path) ended with \(status)") }
        }
    }

    /// The command that runs a program as another account (setpriv(1)).
    private static func command(
        _ path: String, _ arguments: [String], _ account: Account?, endsWithTests: Bool = false
    ) -> (path: String, arguments: [String]) {
        var options = endsWithTests ? ["--pdeathsig", "QUIT"] : []
        if let account {
            options += ["--reuid", "\(account.user)", "--regid", "\(account.group)", "--clear-groups"]
        }
        return options.isEmpty ? (path, arguments) : ("/usr/bin/setpriv", options + ["--", path] + arguments)
    }

    private static func freePort() throws -> Int {
        let listener = try LoopbackListener()
        defer { listener.close() }
        return listener.port
    }

    private static func text(of path: String) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var text: [UInt8] = []
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(file, &bytes, bytes.count)
            guard count > 0 else { return String(decoding: text, as: UTF8.self) }
            text += bytes.prefix(count)
        }
    }
}
