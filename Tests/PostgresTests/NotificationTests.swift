import Posix
import Postgres
import TestSupport
import Testing

@Suite(.enabled(if: PostgreSQLServer.isInstalled))
struct NotificationTests {
    private static func notify(_ connection: inout Connection, _ payload: String) throws {
        try connection.send(
            "SELECT pg_notify('changes', $1) IS NOT NULL", parameters { $0.add(payload) })
        try connection.finishTransaction(until: patience)
    }

    /// A connection that listens and commits gets, with the answer to its commit, the notifications of everything that
    /// was committed before it and its own, in the order of the commits.
    @Test func aCommitBringsEverythingThatWasCommittedBefore() throws {
        let database = try TestDatabase()
        var first = try database.connect()
        var second = try database.connect()
        try first.run("LISTEN changes", until: patience)
        try second.run("LISTEN changes", until: patience)
        var expected: [String] = []
        var received: (first: [String], second: [String]) = ([], [])
        for index in 0..<200 {
            expected.append("change \(index)")
            if index.isMultiple(of: 3) {
                try Self.notify(&first, "change \(index)")
                received.first += first.takeNotifications().map(\.payload)
                #expect(received.first == expected)
            } else {
                try Self.notify(&second, "change \(index)")
                received.second += second.takeNotifications().map(\.payload)
                #expect(received.second == expected)
            }
        }
    }

    @Test func anIdleConnectionWakes() throws {
        let database = try TestDatabase()
        var listener = try database.connect()
        var sender = try database.connect()
        try listener.run("LISTEN changes", until: patience)
        #expect(try !listener.waitForNotifications(until: .after(milliseconds: 1)))
        try Self.notify(&sender, "news")
        #expect(try listener.waitForNotifications(until: patience))
        let notifications = listener.takeNotifications()
        #expect(notifications.map(\.payload) == ["news"])
        #expect(notifications.map(\.channel) == ["changes"])
        #expect(notifications.map(\.processID) == [sender.processID])
        let wakeup = try Wakeup()
        wakeup.signal()
        #expect(try listener.waitForNotifications(orReadable: wakeup.descriptor.rawValue, until: patience))
        #expect(listener.takeNotifications().isEmpty)
    }

    @Test func anIdleConnectionTellsWhyTheServerEndsIt() throws {
        let database = try TestDatabase()
        var listener = try database.connect()
        var other = try database.connect()
        try listener.run("LISTEN changes", until: patience)
        try other.run(
            "SELECT pg_terminate_backend($1::int)", parameters { $0.add(listener.processID) }, until: patience)
        let error = #expect(throws: PostgresError.self) {
            while true { _ = try listener.waitForNotifications(until: patience) }
        }
        #expect(error?.state == .adminShutdown)
        #expect(error?.isEndOfConnection == true)
    }

    @Test func moreNotificationsThanAreKeptEndTheConnection() throws {
        let database = try TestDatabase()
        var limits = ConnectionLimits()
        limits.notificationsMax = 10
        var listener = try database.connect(limits: limits)
        var sender = try database.connect()
        try listener.run("LISTEN changes", until: patience)
        try sender.send("SELECT count(pg_notify('changes', n::text)) FROM generate_series(1, 11) AS n")
        try sender.finishTransaction(until: patience)
        let error = #expect(throws: PostgresError.self) {
            while true {
                _ = try listener.waitForNotifications(until: patience)
                try listener.run("SELECT 1", until: patience)
            }
        }
        #expect(error?.cause == .protocolViolation)
        #expect(error?.isEndOfConnection == true)
    }
}
