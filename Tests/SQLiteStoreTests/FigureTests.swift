import Loyalty
import SQLite
import Storage
import TestSupport
import Testing

@testable import SQLiteStore
@testable import SharedStore

/// The figures cost an upload nothing of its own, and are those of what was committed.
struct FigureTests {
    private static let uploadCount = 20

    /// Uploads that are committed together change one row of the figures, all of them.
    @Test func uploadsThatAreCommittedTogetherShareOneRowOfFigures() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            let now = fixture.clock.now
            let before = try #require(try fixture.number("SELECT total_changes()"))
            let hold = fixture.holdWriter()
            let uploads = (1...Self.uploadCount).map { body in
                Task { try await fixture.onLoop { try await $0.addOrder(.sample(body), of: user, at: now) } }
            }
            try await eventually { fixture.store.writer.waitingCount == Self.uploadCount }
            hold.release()
            for upload in uploads { _ = try await upload.value }
            let after = try #require(try fixture.number("SELECT total_changes()"))
            #expect(after - before == Int64(Self.uploadCount) + 1)
            #expect(try fixture.number("SELECT orders FROM figures") == Int64(Self.uploadCount))
            try fixture.expectPassesCheck()
        }
    }

    /// An operation that fails leaves no figures, and the others of its batch keep theirs.
    @Test func anOperationThatFailsLeavesNoFigures() async throws {
        try await Fixture.with { fixture async throws in
            let user = try await fixture.addUser()
            let now = fixture.clock.now
            let hold = fixture.holdWriter()
            let good = Task { try await fixture.onLoop { try await $0.addOrder(.sample(1), of: user, at: now) } }
            try await eventually { fixture.store.writer.waitingCount == 1 }
            let bad = Task {
                try await fixture.store.writer.perform { transaction throws(SQLiteError) in
                    _ = try transaction.addOrder(.sample(2), of: user, at: now)
                    _ = try transaction.adjust(
                        .id(user), by: Points(hundredths: 5), note: LedgerNote(author: "owner", reason: ""), at: now)
                    try transaction.run("UPDATE balances SET current = -1")
                }
            }
            try await eventually { fixture.store.writer.waitingCount == 2 }
            hold.release()
            _ = try await good.value
            await #expect(throws: LoyaltyError.failed) { try await bad.value }
            #expect(try fixture.number("SELECT orders FROM figures") == 1)
            #expect(try fixture.number("SELECT given FROM figures") == 0)
            try fixture.expectPassesCheck()
        }
    }

    /// A sum stays at the greatest integer, in the table as in the statement that the check and the conversion use.
    @Test func aSumThatLeaves64BitsStaysAtTheGreatest() async throws {
        try await Fixture.with { fixture async throws in
            for login in ["anna", "boris"] {
                let user = try await fixture.addUser(login)
                let result = try fixture.asOwner {
                    try $0.apply(.adjust(.id(user), Points(hundredths: .max), reason: ""), by: Actor(system: "root"))
                }
                guard case .customer = result else { throw TestFailure("\(result)") }
            }
            #expect(try fixture.number("SELECT given FROM figures") == .max)
            try fixture.expectPassesCheck()
        }
    }
}
