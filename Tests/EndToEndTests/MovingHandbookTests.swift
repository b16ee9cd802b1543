import EndToEndSupport
import Foundation
import TestSupport
import Testing

/// The scripts of the page about moving in write files that can be imported, from tables as it describes.
@Suite(.enabled(if: PostgreSQLServer.isInstalled), .onSQLite("the page shows a file of SQLite"))
struct MovingHandbookTests {
    private static let hash = "$2a$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW"

    private static let anna = "00000000-0000-0000-0000-000000000001"
    private static let other = "00000000-0000-0000-0000-000000000002"

    /// The tables of each script, with the same shop.
    private static let layouts = [
        (
            "sums",
            """
            CREATE TABLE users (id serial PRIMARY KEY, login text UNIQUE NOT NULL, password text NOT NULL);
            CREATE TABLE orders (number text PRIMARY KEY, user_id int REFERENCES users, status text NOT NULL,
                accrual double precision, uploaded_at timestamptz NOT NULL);
            CREATE TABLE withdrawals (order_number text PRIMARY KEY, user_id int REFERENCES users,
                sum double precision NOT NULL, processed_at timestamptz NOT NULL);
            INSERT INTO users (login, password) VALUES ('anna', '\(hash)'), ('o"b\\', '\(hash)');
            INSERT INTO orders VALUES ('12345678903', 1, 'PROCESSED', 729.98, '2024-01-02 12:00:00+03'),
                ('346436439', 1, 'INVALID', NULL, '2024-01-03 12:00:00Z'), ('9278923470', 1, 'PROCESSING', 0, '2024-01-05Z'),
                ('79927398713', 2, 'NEW', NULL, '2024-01-06Z');
            INSERT INTO withdrawals VALUES ('2377225624', 1, 500, '2024-01-04 12:00:00.5Z');
            """
        ),
        (
            "columns",
            """
            CREATE TABLE users (login text PRIMARY KEY, password text NOT NULL, balance numeric NOT NULL,
                withdrawn numeric NOT NULL, created_at timestamp NOT NULL DEFAULT '2024-01-01');
            CREATE TABLE orders (number bigint PRIMARY KEY, login text REFERENCES users, status text NOT NULL,
                accrual real, uploaded_at timestamp NOT NULL);
            CREATE TABLE withdrawals (order_number bigint PRIMARY KEY, login text REFERENCES users,
                sum real NOT NULL, processed_at timestamp NOT NULL);
            INSERT INTO users VALUES ('anna', '\(hash)', 229.98, 500), ('o"b\\', '\(hash)', 0, 0);
            INSERT INTO orders VALUES (12345678903, 'anna', 'PROCESSED', 729.98, '2024-01-02 09:00:00'),
                (346436439, 'anna', 'INVALID', NULL, '2024-01-03 12:00:00'), (9278923470, 'anna', 'PROCESSING', 0, '2024-01-05'),
                (79927398713, 'o"b\\', 'NEW', NULL, '2024-01-06');
            INSERT INTO withdrawals VALUES (2377225624, 'anna', 500, '2024-01-04 12:00:00.5');
            """
        ),
        (
            "hundredths",
            """
            CREATE TABLE users (id uuid PRIMARY KEY, login text UNIQUE NOT NULL, password_hash bytea NOT NULL,
                created_at timestamptz NOT NULL DEFAULT '2024-01-01Z');
            CREATE TABLE balances (user_id uuid PRIMARY KEY REFERENCES users, current bigint, withdrawn bigint);
            CREATE TYPE order_status AS ENUM ('NEW', 'PROCESSING', 'INVALID', 'PROCESSED');
            CREATE TABLE orders (id serial PRIMARY KEY, number varchar(255) UNIQUE NOT NULL, user_id uuid REFERENCES users,
                status order_status NOT NULL, accrual bigint, uploaded_at timestamptz NOT NULL, updated_at timestamptz);
            CREATE TABLE withdrawals (order_number varchar(255) PRIMARY KEY, user_id uuid REFERENCES users,
                amount bigint NOT NULL, processed_at timestamptz NOT NULL);
            INSERT INTO users VALUES ('\(anna)', 'anna', '\(hash)'), ('\(other)', 'o"b\\', '\(hash)');
            INSERT INTO balances VALUES ('\(anna)', 22998, 50000), ('\(other)', 0, 0);
            INSERT INTO orders (number, user_id, status, accrual, uploaded_at, updated_at) VALUES
                ('12345678903', '\(anna)', 'PROCESSED', 72998, '2024-01-02 12:00:00+03', '2024-01-02 12:05:00+03'),
                ('346436439', '\(anna)', 'INVALID', NULL, '2024-01-03 12:00:00Z', NULL),
                ('9278923470', '\(anna)', 'PROCESSING', 0, '2024-01-05Z', NULL),
                ('79927398713', '\(other)', 'NEW', NULL, '2024-01-06Z', '2024-01-06Z');
            INSERT INTO withdrawals VALUES ('2377225624', '\(anna)', 50000, '2024-01-04 12:00:00.5Z');
            """
        ),
    ]

    @Test(arguments: layouts.map(\.0)) func aScriptWritesAFile(_ name: String) throws {
        let tables = try #require(Self.layouts.first { $0.0 == name }).1
        let handbook = try Handbook()
        let postgres = try PostgreSQLServer.shared.get()
        let database = try postgres.makeDatabase()
        try postgres.run(tables, in: database)
        let folder = try Folder()
        try folder.write(try handbook.block(name), to: "export.sql")
        let psql = try Server(
            in: folder,
            arguments: ["-XqAt", "-v", "ON_ERROR_STOP=1", "-f", "export.sql", postgres.address(of: database)],
            executable: try #require(PostgreSQLServer.psql))
        #expect(try psql.waitForEnd() == 0, "\(psql.logText)")
        try folder.write(psql.outputText, to: "shop.jsonl")
        func run(_ arguments: String...) throws -> Server {
            let command = try Server(in: folder, arguments: arguments)
            #expect(try command.waitForEnd() == 0, "\(arguments): \(command.logText)")
            return command
        }
        let tried = try run("import", "shop.jsonl", "-d", "martlet.db", "--dry-run")
        #expect(tried.outputText.contains("nothing was changed"))
        #expect(try run("import", "shop.jsonl", "-d", "martlet.db").outputText == handbook.block("moved") + "\n")
        let server = try Server.serving(in: folder)
        let client = try server.client()
        for (login, balance) in [
            ("anna", #"{"current":229.98,"withdrawn":500}"#), (#"o\"b\\"#, #"{"current":0,"withdrawn":0}"#),
        ] {
            let signIn = try client.send("POST", "/api/user/login", #"{"login":"\#(login)","password":"secret"}"#)
            #expect(signIn.status == 200, "\(login)")
            client.authorization = signIn["Authorization"]
            #expect(try client.send("GET", "/api/user/balance").text == balance)
        }
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        #expect(try run("check", "-d", "martlet.db").outputText.contains("passed"))
    }
}
