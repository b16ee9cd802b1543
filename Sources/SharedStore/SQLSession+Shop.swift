import Loyalty

/// The shop as a whole.
extension SQLSession {
    /// The actions with an id below this one, newest first.
    package func actions(before id: Int64, limit: Int64) throws(Failure) -> [StaffAction] {
        try all(
            """
            SELECT staff_actions.id, actor_kind, actor_name, actor_role, staff_id, address, action, user_id,
                login, users.state, subject, points, note, staff_actions.created_at
            FROM staff_actions LEFT JOIN users ON users.id = user_id
            WHERE staff_actions.id < ? ORDER BY staff_actions.id DESC LIMIT ?
            """, id, limit
        ) { row throws(BadValue) in try StaffAction(row) }
    }

    /// A page of the actions, newest first.
    ///
    /// - Parameter user: the customer on whom the actions were; `nil` for all actions.
    package func actions(on user: UserID?, from cursor: PageCursor?, limit: Int) throws(Failure) -> Page<StaffAction> {
        try page(from: cursor, limit: limit) { before, limit throws(Failure) in
            guard let user else { return try actions(before: before, limit: limit).map { ($0.id, $0) } }
            return try all(
                """
                SELECT staff_actions.id, actor_kind, actor_name, actor_role, staff_id, address, action, user_id,
                    login, users.state, subject, points, note, staff_actions.created_at
                FROM staff_actions LEFT JOIN users ON users.id = user_id
                WHERE user_id = ? AND staff_actions.id < ? ORDER BY staff_actions.id DESC LIMIT ?
                """, user.rawValue, before, limit
            ) { row throws(BadValue) in (row.integer(0), try StaffAction(row)) }
        }
    }

    /// All people and keys that were not deleted.
    package func staff() throws(Failure) -> [StaffAccount] {
        try all(
            """
            SELECT id, name, kind, role, state, created_at, last_used_at FROM staff WHERE state < 2 ORDER BY id
            """
        ) { row throws(BadValue) in try StaffAccount(row) }
    }

    package func isRegistrationOpen() throws(Failure) -> Bool? {
        try first("SELECT is_open FROM registration") { row in row.integer(0) == 1 }
    }
}

extension StaffAction {
    private static let columns = [
        "id", "actor_kind", "actor_name", "actor_role", "staff_id", "address", "action", "user_id", "login",
        "state", "subject", "points", "note", "created_at",
    ]

    /// From a statement that selects these columns and no others.
    init(_ row: SQLRow) throws(BadValue) {
        assert(row.hasColumns(Self.columns), "the statement must select the columns of an action")
        guard let kind = Actor.Kind(rawValue: row.integer(1)) else { throw BadValue("the kind of an actor") }
        guard let name = Name(rawValue: row.text(6)) else { throw BadValue("the name of an action") }
        self.init(
            id: row.integer(0), at: Timestamp(milliseconds: row.integer(13)),
            actor: Actor(
                kind: kind, name: row.text(2), role: try row.role(3),
                staff: row.isNull(4) ? nil : StaffID(rawValue: row.integer(4)), address: row.text(5)),
            name: name,
            customer: row.isNull(7)
                ? nil : CustomerName(id: UserID(rawValue: row.integer(7)), login: row.login(8) ?? ""),
            subject: row.text(10), points: row.isNull(11) ? nil : Points(hundredths: row.integer(11)),
            note: row.text(12))
    }
}
