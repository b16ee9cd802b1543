import Loyalty

extension ShopTransaction {
    /// Removes a batch of expired sessions of users, one of the staff, and one of kept responses. Returns the size of
    /// the largest.
    ///
    /// - Parameter limit: the most rows of one batch.
    package func sweepSessions(at now: Timestamp, limit: Int) throws(Failure) -> Int {
        let sessions = try run(
            """
            DELETE FROM sessions WHERE token_hash IN
                (SELECT token_hash FROM sessions WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)
            """, now.milliseconds, Int64(limit))
        // The staff has few sessions, so that they need no index.
        let staffSessions = try run(
            """
            DELETE FROM staff_sessions WHERE token_hash IN
                (SELECT token_hash FROM staff_sessions WHERE expires_at <= ? LIMIT ?)
            """, now.milliseconds, Int64(limit))
        return max(sessions, staffSessions, try sweepKeptResponses(at: now, limit: limit))
    }
}
