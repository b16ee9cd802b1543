import Loyalty

/// An action that is about to be recorded.
struct ActionRecord {
    let name: StaffAction.Name
    let actor: Actor
    let at: Timestamp

    init(_ name: StaffAction.Name, by actor: Actor, at now: Timestamp) {
        (self.name, self.actor, at) = (name, actor, now)
    }

    /// The note of a ledger entry that the action adds.
    func note(_ reason: String) -> LedgerNote { LedgerNote(author: actor.name, reason: reason) }
}

extension ShopTransaction {
    /// Adds an entry to the record of actions; ``StaffAction`` explains the parameters.
    func add(
        _ record: ActionRecord, on customer: UserID? = nil, subject: String = "", points: Points? = nil,
        note: String = ""
    ) throws(Failure) {
        let actor = record.actor
        try run(
            """
            INSERT INTO staff_actions (actor_kind, actor_name, actor_role, staff_id, address, action, user_id,
                subject, points, note, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, actor.kind.rawValue, actor.name, actor.role.rawValue, actor.staff?.rawValue, actor.address,
            record.name.rawValue, customer?.rawValue, subject, points?.hundredths, note, record.at.milliseconds)
    }
}
