import Loyalty
import Posix
import Postgres
import TestSupport
import Testing

@testable import PostgresStore

/// Lists, which may have megabytes, keep other reads waiting for a moment only.
@Suite(.enabled(if: PostgreSQLServer.isInstalled)) struct ListReadTests {
    /// The names of reads of lists of 1,000 rows. Their first letter is their user.
    private static func lists(_ names: [String], _ noted: NotedReads) -> [WaitingRead] {
        names.map { name in
            let user = UserID(rawValue: Int64(name.utf8.first ?? 0))
            return noted.read(name, list: ListPart(user: user, rowsMax: 1_000))
        }
    }

    /// Answers reads that wait before the connection is made, and returns how they end.
    private static func ends(of reads: [WaitingRead], _ noted: NotedReads) throws -> [String] {
        let inbox = ReadInbox()
        let connector = try TestDatabase().connector()
        inbox.put(reads)
        let thread = Posix.Thread(name: "reader") {
            ReadLoop(
                connector: connector, withinMilliseconds: TestDatabase.patienceMilliseconds, inbox: inbox,
                log: LogLines().log
            ).run()
        }
        inbox.close()
        thread.join()
        #expect(inbox.waitingCount == 0)
        return noted.ends
    }

    @Test func aReadOfARowGoesBeforeAllLists() throws {
        let noted = NotedReads()
        let names = (0..<300).map { "a\($0)" }
        let ends = try Self.ends(of: Self.lists(names, noted) + [noted.read("balance")], noted)
        #expect(ends == ["balance answered"] + names.map { "\($0) answered" })
    }

    @Test func aUserWithManyListsLeavesTheOthersTheirTurns() throws {
        let noted = NotedReads()
        let ends = try Self.ends(of: Self.lists(["a1", "a2", "a3", "a4", "b1", "c1", "b2"], noted), noted)
        #expect(ends == ["a1", "b1", "c1", "a2", "b2", "a3", "a4"].map { "\($0) answered" })
    }

    @Test func aReadIsAnsweredBeforeTheRestOfItsRound() throws {
        let database = try TestDatabase()
        // The server sends answers once it has eight kilobytes of them, or has answered everything.
        try database.run(
            """
            CREATE TABLE flags (is_set int8);
            CREATE FUNCTION wait_for_flag() RETURNS int8 LANGUAGE plpgsql AS $$ BEGIN
                WHILE NOT EXISTS (SELECT FROM flags) LOOP PERFORM pg_sleep(0.01); END LOOP;
                RETURN 1;
            END $$
            """)
        let (inbox, noted) = (ReadInbox(), NotedReads())
        inbox.put([
            noted.read("first") { try? database.run("INSERT INTO flags VALUES (1)") },
            noted.read("long", "SELECT repeat('x', 100000)"),
            // It fails after the four seconds of a statement if nothing ends its wait.
            noted.read("last", "SELECT wait_for_flag()"),
        ])
        let connector = try database.connector()
        let thread = Posix.Thread(name: "reader") {
            ReadLoop(
                connector: connector, withinMilliseconds: TestDatabase.patienceMilliseconds, inbox: inbox,
                log: LogLines().log
            ).run()
        }
        inbox.close()
        thread.join()
        #expect(noted.ends == ["first answered", "long answered", "last answered"])
    }

    /// The reads before a list may take most of its time. If the list began then, the end of its time would end the
    /// connection of all reads. A busy machine may be too slow for the read before the list, which then is tried again.
    @Test func aListIsRefusedIfTheReadsBeforeItHaveTakenItsTime() throws {
        let connector = try TestDatabase().connector()
        try eventually("the read before the list is answered") {
            let (inbox, noted) = (ReadInbox(), NotedReads())
            let thread = Posix.Thread(name: "reader") {
                ReadLoop(
                    connector: connector, withinMilliseconds: TestDatabase.patienceMilliseconds, inbox: inbox,
                    log: LogLines().log
                ).run()
            }
            inbox.put([noted.read("connected")])
            try eventually { noted.ends == ["connected answered"] }
            let list = ListPart(user: UserID(rawValue: 1), rowsMax: 10)
            inbox.put([
                noted.read("slow", "SELECT pg_sleep(0.7)", withinMilliseconds: 1_000),
                noted.read("list", list: list, withinMilliseconds: 1_000),
            ])
            inbox.close()
            thread.join()
            guard noted.ends.contains("slow answered") else { return false }
            #expect(noted.ends == ["connected answered", "slow answered", "list refused"])
            return true
        }
    }

    /// More rows than a round takes are read, too.
    @Test func aListIsReadHoweverLongItIs() throws {
        let noted = NotedReads()
        let long = noted.read("long", list: ListPart(user: UserID(rawValue: 1), rowsMax: Int.max / 2))
        #expect(try Self.ends(of: [long] + Self.lists(["a"], noted), noted) == ["long answered", "a answered"])
    }
}
