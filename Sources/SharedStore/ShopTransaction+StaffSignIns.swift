import Loyalty
import Storage

/// The sessions and passwords of the staff.
extension ShopTransaction {
    /// Returns false if the password was changed meanwhile, or the person was disabled.
    package func addSession(
        _ session: NewSession, of credentials: StaffCredentials, from address: String, at now: Timestamp
    ) throws(Failure) -> Bool {
        let staff = credentials.staff
        let added = try run(
            """
            INSERT INTO staff_sessions (token_hash, staff_id, expires_at)
            SELECT ?, id, ? FROM staff WHERE id = ? AND password_hash = ? AND state = 0 AND kind = 1
            """, session.id.bytes, session.expiresAt.milliseconds, staff.id.rawValue, credentials.passwordHash.text)
        guard added == 1 else { return false }
        try run(
            """
            DELETE FROM staff_sessions WHERE token_hash IN
                (SELECT token_hash FROM staff_sessions WHERE staff_id = ? AND token_hash <> ?
                 ORDER BY expires_at DESC LIMIT 1000 OFFSET ?)
            """, staff.id.rawValue, session.id.bytes, Int64(session.perUserMax - 1))
        try noteUse(of: staff.id, at: now)
        try add(ActionRecord(.staffSignIn, by: Actor(staff, address: address), at: now), subject: staff.name)
        return true
    }

    package func removeStaffSession(_ id: SessionID, from address: String, at now: Timestamp) throws(Failure) {
        let staff = try first(
            """
            SELECT id, name, kind, role, state, created_at, last_used_at FROM staff
            WHERE id = (SELECT staff_id FROM staff_sessions WHERE token_hash = ?)
            """, id.bytes
        ) { row throws(BadValue) in try StaffAccount(row) }
        guard let staff else { return }
        try run("DELETE FROM staff_sessions WHERE token_hash = ?", id.bytes)
        try add(ActionRecord(.staffSignOut, by: Actor(staff, address: address), at: now), subject: staff.name)
    }

    /// Returns false if the password was changed meanwhile, or the person was disabled.
    package func changePassword(
        of credentials: StaffCredentials, to hash: PasswordHash, keeping session: SessionID, from address: String,
        at now: Timestamp
    ) throws(Failure) -> Bool {
        let staff = credentials.staff
        let changed = try run(
            "UPDATE staff SET password_hash = ? WHERE id = ? AND password_hash = ? AND state = 0 AND kind = 1",
            hash.text, staff.id.rawValue, credentials.passwordHash.text)
        guard changed == 1 else { return false }
        try run(
            "DELETE FROM staff_sessions WHERE staff_id = ? AND token_hash <> ?", staff.id.rawValue, session.bytes)
        try add(ActionRecord(.staffPassword, by: Actor(staff, address: address), at: now), subject: staff.name)
        return true
    }

    package func noteUse(of staff: StaffID, at now: Timestamp) throws(Failure) {
        try run(
            "UPDATE staff SET last_used_at = ?1 WHERE id = ?2 AND state < 2 AND coalesce(last_used_at, -1) < ?1",
            now.milliseconds, staff.rawValue)
    }
}
