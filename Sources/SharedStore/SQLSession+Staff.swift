import Loyalty
import Storage

/// Reads of the staff for sign-in.
extension SQLSession {
    package func staffSession(_ id: SessionID) throws(Failure) -> StaffSession? {
        try first(
            """
            SELECT id, name, kind, role, state, created_at, last_used_at, expires_at
            FROM staff_sessions JOIN staff ON id = staff_id WHERE token_hash = ? AND state = 0
            """, id.bytes
        ) { row throws(BadValue) in
            StaffSession(staff: try StaffAccount(row), expiresAt: Timestamp(milliseconds: row.integer(7)))
        }
    }

    package func key(_ id: SessionID) throws(Failure) -> StaffAccount? {
        try first(
            """
            SELECT id, name, kind, role, state, created_at, last_used_at FROM staff
            WHERE key_hash = ? AND kind = 2 AND state = 0
            """, id.bytes
        ) { row throws(BadValue) in try StaffAccount(row) }
    }

    package func credentials(of name: StaffName) throws(Failure) -> StaffCredentials? {
        try first(
            """
            SELECT id, name, kind, role, state, created_at, last_used_at, password_hash FROM staff
            WHERE name = ? AND kind = 1 AND state < 2
            """, name.text
        ) { row throws(BadValue) in
            StaffCredentials(staff: try StaffAccount(row), passwordHash: PasswordHash(text: row.text(7)))
        }
    }
}
