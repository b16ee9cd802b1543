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
    private static let third = "00000000-0000-0000-0000-000000000003"

    private static let nothing = #"{"current":0,"withdrawn":0}"#

    /// The tables of each script, with the same shop but for further users, who have nothing.
    private static let layouts: [(name: String, furtherUsers: [String], tables: String)] = [
        (
            "sums", [],
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
            "columns", [],
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
            "hundredths", ["vera"],
            """
            CREATE TABLE users (id uuid PRIMARY KEY, login text UNIQUE NOT NULL, password_hash bytea NOT NULL,
                created_at timestamptz NOT NULL DEFAULT '2024-01-01Z');
            CREATE TABLE balances (user_id uuid PRIMARY KEY REFERENCES users, current bigint, withdrawn bigint);
            CREATE TYPE order_status AS ENUM ('NEW', 'PROCESSING', 'INVALID', 'PROCESSED');
            CREATE TABLE orders (id serial PRIMARY KEY, number varchar(255) UNIQUE NOT NULL, user_id uuid REFERENCES users,
                status order_status NOT NULL, accrual bigint, uploaded_at timestamptz NOT NULL, updated_at timestamptz);
            CREATE TABLE withdrawals (order_number varchar(255) PRIMARY KEY, user_id uuid REFERENCES users,
                amount bigint NOT NULL, processed_at timestamptz NOT NULL);
            INSERT INTO users VALUES ('\(anna)', 'anna', '\(hash)'), ('\(other)', 'o"b\\', '\(hash)'),
                ('\(third)', 'vera', '\(hash)');
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

    /// The steps of a whole move, as they are printed.
    @Test(arguments: layouts.map(\.name)) func aScriptMovesAShop(_ name: String) throws {
        let layout = try #require(Self.layouts.first { $0.name == name })
        let handbook = try Handbook()
        let postgres = try PostgreSQLServer.shared.get()
        let database = try postgres.makeDatabase()
        try postgres.run(layout.tables, in: database)
        let shop = try OperatedShop()
        try shop.start()
        try shop.run("sudo systemctl disable --now martlet.socket martlet.service")
        try FileManager.default.createSymbolicLink(
            atPath: shop.folder.file("bin/psql"), withDestinationPath: try #require(PostgreSQLServer.psql))
        try shop.folder.write(try handbook.block(name), to: "home/export.sql")
        let oldDatabase = "OLD_DATABASE_URI='\(postgres.address(of: database))'\n"
        #expect(try shop.run(oldDatabase + handbook.block("tries")).contains("nothing was changed"))
        let moved = try handbook.block("moved")
            .replacing(/\S*martlet\.db/, with: shop.folder.file("var/lib/martlet/martlet.db"))
            .replacing("2 users", with: "\(2 + layout.furtherUsers.count) users")
        #expect(try shop.run(oldDatabase + handbook.block("imports")) == moved + "\n")
        try shop.start()
        let client = try shop.client()
        let balances = [("anna", #"{"current":229.98,"withdrawn":500}"#), (#"o\"b\\"#, Self.nothing)]
        for (login, balance) in balances + layout.furtherUsers.map({ ($0, Self.nothing) }) {
            let signIn = try client.send("POST", "/api/user/login", #"{"login":"\#(login)","password":"secret"}"#)
            #expect(signIn.status == 200, "\(login)")
            client.authorization = signIn["Authorization"]
            #expect(try client.send("GET", "/api/user/balance").text == balance)
        }
        try shop.run("systemctl stop martlet.service")
        #expect(try shop.run("martlet check").contains("passed"))
    }
}
