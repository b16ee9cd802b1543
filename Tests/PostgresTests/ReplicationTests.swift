import Postgres
import TestSupport
import Testing

/// Commits that wait for a standby.
@Suite(.enabled(if: PostgreSQLServer.isInstalled))
struct ReplicationTests {
    /// If the wait for a standby is cut short, the server answers as after a commit that is safe. Only a warning tells
    /// them apart.
    @Test(arguments: [("pg_cancel_backend", false), ("pg_terminate_backend", true)])
    func aCommitThatMayNotBeReplicatedIsInDoubt(_ function: String, _ isTerminated: Bool) throws {
        let server = try PostgreSQLServer(settings: ["synchronous_standby_names=missing"])
        defer { server.remove() }
        let address = try ConnectionAddress(server.address(of: "postgres"), with: library.get())
        let open = { try Connection.open(address, application: "tests", with: library.get(), until: patience) }
        var writer = try open()
        var watch = try open()
        for setting in [
            "SET synchronous_commit = local", "CREATE TABLE writes (n int8)", "SET synchronous_commit = on",
        ] {
            try writer.run(setting, until: patience)
        }
        _ = writer.takeWarnings()
        try writer.send("INSERT INTO writes VALUES (1)")
        try writer.sendSynchronization()
        try writer.flush(until: patience)
        let process = parameters { $0.add(writer.processID) }
        try eventually("the commit does not wait for the standby") {
            try watch.run(
                "SELECT 1 FROM pg_stat_activity WHERE pid = $1::int AND wait_event = 'SyncRep'", process,
                until: patience
            ) == 1
        }
        try watch.run("SELECT \(function)($1::int)", process, until: patience)
        var fate: CommitFate
        do throws(PostgresError) {
            while writer.pendingCount > 0 { _ = try writer.next(until: patience) }
            fate = CommitFate.after(warnings: writer.takeWarnings())
        } catch {
            #expect(isTerminated, "\(error)")
            fate = CommitFate.after(error, isCommitSent: writer.isCommitPending)
        }
        #expect(fate == .inDoubt)
        // All see the row, although a failover may lose it.
        #expect(try watch.integer("SELECT count(*) FROM writes") == 1)
    }
}
