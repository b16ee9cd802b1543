import Loyalty
import Posix
import Storage
import TestSupport
import Testing

@testable import PostgresStore

/// Commands read the report of the server that leads from the database.
@Suite(.enabled(if: PostgreSQLServer.isInstalled)) struct LeadersReportTests {
    private func open(_ database: TestDatabase) throws -> PostgresStore {
        try PostgresStore(
            database.connector(), migrates: false, limits: StorageLimits(),
            clock: { Timestamp(milliseconds: 1_700_000_000_000) }, log: .none)
    }

    @Test func onlyALeaderHasAReport() throws {
        let database = try TestDatabase()
        let command = try open(database)
        defer { command.stop() }
        let owner = try command.makeOwnerRepository(until: Cancellation())
        defer { owner.close() }
        let none = LeadersReport(text: nil, hasReceiptServer: false)
        #expect(try owner.leadersReport() == none)
        let text = Flag()
        let first = try open(database)
        first.leadership.share { text.isSet ? "later" : "first" }
        try eventually("the leader's report is read") { try owner.leadersReport()?.text == "first" }
        let second = try open(database)
        second.leadership.share { "second" }
        text.set()
        try eventually("a report is renewed") { try owner.leadersReport()?.text == "later" }
        first.stop()
        try eventually("the next leader's report follows") { try owner.leadersReport()?.text == "second" }
        second.leadership.share { String(repeating: "x", count: LeadersReport.bytesMax + 1) }
        try eventually("a text that is too long is none") { try owner.leadersReport() == none }
        second.leadership.share { "again" }
        try eventually("a report is written again") { try owner.leadersReport()?.text == "again" }
        second.stop()
        #expect(try owner.leadersReport() == none)
    }

    /// `martlet accrual` answers about receipts, and does not lead.
    @Test func aServerThatAnswersAboutReceiptsIsKnown() throws {
        let database = try TestDatabase()
        let store = try open(database)
        defer { store.stop() }
        let owner = try store.makeOwnerRepository(until: Cancellation())
        defer { owner.close() }
        #expect(try owner.leadersReport()?.hasReceiptServer == false)
        try store.makeReceiptLookup().close()
        try eventually("it is known") {
            try owner.leadersReport() == LeadersReport(text: nil, hasReceiptServer: true)
        }
        try database.run("UPDATE dispatcher SET receipts_until = 1")
        #expect(try owner.leadersReport()?.hasReceiptServer == false)
    }
}
