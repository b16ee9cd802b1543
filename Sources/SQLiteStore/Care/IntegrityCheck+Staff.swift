import Loyalty
import SQLite

/// Rules about the staff, the record of its actions, and the figures.
extension IntegrityCheck {
    static let staffRules: [Rule] = [
        Rule(
            "each account of the staff has a name, a role, and a password or the hash of a key",
            exceptions: """
                SELECT count(*) FROM staff
                WHERE id NOT BETWEEN 1 AND \(idMax) OR kind NOT IN (1, 2) OR role NOT IN (1, 2) OR NOT \(isTime("created_at"))
                    OR last_used_at IS NOT NULL AND NOT \(isTime("last_used_at"))
                    OR CASE WHEN state = 2 THEN
                            name <> printf('%0\(StaffName.bytesMax + 1)d', id) OR password_hash <> '' OR key_hash IS NOT NULL
                        WHEN state NOT IN (0, 1) OR NOT martlet_is_staff_name(name) THEN 1
                        WHEN kind = 1 THEN NOT martlet_is_password_hash(password_hash) OR key_hash IS NOT NULL
                        ELSE password_hash <> '' OR coalesce(length(key_hash), 0) <> 32 END
                """, where: hasStaff),
        Rule(
            "each session of the staff is one of an active person, and is named by a hash of 32 bytes",
            exceptions: """
                SELECT count(*) FROM staff_sessions LEFT JOIN staff ON staff.id = staff_id
                WHERE length(token_hash) <> 32 OR NOT \(isTime("expires_at")) OR kind IS NOT 1 OR state IS NOT 0
                """, where: hasStaff),
        Rule(
            "each action has an actor, a known name and a time",
            exceptions: """
                SELECT count(*) FROM staff_actions
                WHERE id NOT BETWEEN 1 AND \(idMax) OR actor_kind NOT BETWEEN 1 AND 3 OR NOT martlet_is_author(actor_name)
                    OR actor_role NOT IN (1, 2) OR (staff_id IS NULL) <> (actor_kind = 3)
                    OR NOT martlet_is_address(address) OR NOT martlet_is_action(action)
                    OR NOT martlet_is_subject(subject) OR NOT martlet_is_reason(note) OR NOT \(isTime("created_at"))
                """, where: hasStaff),
        Rule(
            "each kept response has hashes of 32 bytes, a status, a body of 1 to \(StoredResponse.bytesMax) bytes and a time",
            exceptions: """
                SELECT count(*) FROM kept_responses
                WHERE id NOT BETWEEN 1 AND \(idMax) OR length(key_hash) <> 32 OR length(request_hash) <> 32
                    OR status NOT BETWEEN 100 AND 599 OR length(body) NOT BETWEEN 1 AND \(StoredResponse.bytesMax)
                    OR NOT \(isTime("created_at"))
                """, where: hasStaff),
        Rule(
            "registration is open or closed",
            exceptions: "SELECT count(*) FROM registration WHERE id <> 1 OR is_open NOT IN (0, 1)", where: hasStaff),
    ]

    static let figuresRule = Rule(
        "the figures are the sums of users, orders and ledger",
        exceptions: """
            WITH history AS MATERIALIZED (\(Schema.figuresOfHistory))
            SELECT (SELECT count(*) FROM (SELECT * FROM figures EXCEPT SELECT * FROM history))
                + (SELECT count(*) FROM (SELECT * FROM history EXCEPT SELECT * FROM figures))
            """, where: hasStaff)
}
