import Loyalty
import SQLite
import SharedStore

extension Writer {
    /// Removes a batch of expired sessions, the oldest first. It blocks.
    func sweepSessions(at now: Timestamp) -> SessionSweep.Outcome {
        do throws(LoyaltyError) {
            return .removed(
                try performAndWait { transaction throws(SQLiteError) in
                    try transaction.sweepSessions(at: now, limit: SessionSweep.batchMax)
                })
        } catch {
            return .refused
        }
    }
}
