import Loyalty
import Posix
import TestSupport
import Testing

@testable import Owner

@Suite struct BackupFolderTests {
    /// The server goes on if it may have no more threads, and makes the backup as soon as it may.
    @Test func aBackupWithoutAThreadIsUnavailable() async {
        let (hasThread, lines) = (Flag(), LogLines())
        let folder = BackupFolder(
            BackupPlan(folder: "/backups", intervalSeconds: 60, keepCount: 1), store: InMemoryStorage(), log: lines.log
        ) { name, body throws(SystemError) -> Thread in
            try hasThread.isSet ? Thread.start(name, body) : Thread.refused(name, body)
        }
        for _ in 0..<2 {
            await #expect(throws: LoyaltyError.unavailable(retryAfterSeconds: 5)) { _ = try await folder.make() }
        }
        #expect(lines.count(of: "pthread_create") == 2)
        hasThread.set()
        // A store in memory has no backups.
        await #expect(throws: LoyaltyError.failed) { _ = try await folder.make() }
        #expect(lines.count(of: "A store in memory") == 1)
        folder.stop()
    }
}
