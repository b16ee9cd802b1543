import Loyalty

/// Changes of the staff's accounts.
extension ShopTransaction {
    func applyToStaff(_ change: ShopChange, _ record: ActionRecord) throws(Failure) -> ShopChangeResult {
        switch change {
        case .addStaff(let name, let role, let hash):
            return try addStaff(name, .person, role, password: hash.text, key: nil, record)
        case .addKey(let name, let role, let id):
            return try addStaff(name, .key, role, password: "", key: id.bytes, record)
        case .setStaffPassword(let name, let hash):
            guard let staff = try staff(name, .person) else { return .refused(.noSuchStaff) }
            try run("UPDATE staff SET password_hash = ? WHERE id = ?", hash.text, staff.id.rawValue)
            try endSessions(of: staff.id)
            return try recordChange(of: staff, isChanged: true, record)
        case .setStaffRole(let name, let role):
            guard let staff = try staff(name, .person) else { return .refused(.noSuchStaff) }
            if role != .owner, try isLastOwner(staff, record) { return .refused(.lastOwner) }
            let changed = try run(
                "UPDATE staff SET role = ?1 WHERE id = ?2 AND role <> ?1", role.rawValue, staff.id.rawValue)
            return try recordChange(of: staff, isChanged: changed == 1, record, note: role.description)
        case .setStaffEnabled(let name, let isEnabled):
            guard let staff = try staff(name, .person) else { return .refused(.noSuchStaff) }
            if !isEnabled, try isLastOwner(staff, record) { return .refused(.lastOwner) }
            let state = isEnabled ? UserAccount.State.active : .disabled
            let changed = try run(
                "UPDATE staff SET state = ?1 WHERE id = ?2 AND state <> ?1", state.rawValue, staff.id.rawValue)
            if !isEnabled { try endSessions(of: staff.id) }
            return try recordChange(of: staff, isChanged: changed == 1, record)
        case .deleteStaff(let name): return try delete(try staff(name, .person), record)
        case .removeKey(let name): return try delete(try staff(name, .key), record)
        default: preconditionFailure("the change must be one of the staff")
        }
    }

    private func addStaff(
        _ name: StaffName, _ kind: StaffAccount.Kind, _ role: StaffRole, password: String, key: [UInt8]?,
        _ record: ActionRecord
    ) throws(Failure) -> ShopChangeResult {
        let count = try first("SELECT count(*) FROM staff WHERE state < 2") { row in row.integer(0) } ?? 0
        guard count < StaffAccount.countMax else { return .refused(.staffFull) }
        let id = try first(
            """
            INSERT INTO staff (name, kind, role, password_hash, key_hash, created_at) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (name) DO NOTHING RETURNING id
            """, name.text, kind.rawValue, role.rawValue, password, key, record.at.milliseconds
        ) { row in StaffID(rawValue: row.integer(0)) }
        guard let id else { return .refused(.staffNameTaken) }
        let staff = StaffAccount(
            id: id, name: name.text, kind: kind, role: role, state: .active,
            createdAt: record.at, lastUsedAt: nil)
        try add(record, subject: name.text, note: role.description)
        return .staff(staff, isChanged: true)
    }

    /// Erases an account. The row stays, because actions refer to it.
    private func delete(_ staff: StaffAccount?, _ record: ActionRecord) throws(Failure) -> ShopChangeResult {
        guard let staff else { return .refused(.noSuchStaff) }
        guard try !isLastOwner(staff, record) else { return .refused(.lastOwner) }
        // Longer than a name may be, so that no account has it or can get it.
        let placeholder = Self.placeholder(of: staff.id.rawValue, bytes: StaffName.bytesMax + 1)
        try run(
            "UPDATE staff SET name = ?, password_hash = '', key_hash = NULL, state = 2 WHERE id = ?", placeholder,
            staff.id.rawValue)
        try endSessions(of: staff.id)
        try run("DELETE FROM kept_responses WHERE staff_id = ?", staff.id.rawValue)
        try add(record, subject: staff.name)
        return .staff(staff, isChanged: true)
    }

    /// Returns true if the person is the only active owner, and the actor is a member of the staff, who may not remove
    /// that one.
    private func isLastOwner(_ staff: StaffAccount, _ record: ActionRecord) throws(Failure) -> Bool {
        guard record.actor.kind != .system, staff.kind == .person, staff.role == .owner, staff.state == .active else {
            return false
        }
        let others = try first(
            "SELECT count(*) FROM staff WHERE kind = 1 AND role = 2 AND state = 0 AND id <> ?", staff.id.rawValue
        ) { row in row.integer(0) }
        return others == 0
    }

    private func recordChange(
        of staff: StaffAccount, isChanged: Bool, _ record: ActionRecord, note: String = ""
    ) throws(Failure) -> ShopChangeResult {
        if isChanged { try add(record, subject: staff.name, note: note) }
        let after = try first(
            "SELECT id, name, kind, role, state, created_at, last_used_at FROM staff WHERE id = ?", staff.id.rawValue
        ) { row throws(BadValue) in try StaffAccount(row) }
        return .staff(after ?? staff, isChanged: isChanged)
    }

    private func staff(_ name: StaffName, _ kind: StaffAccount.Kind) throws(Failure) -> StaffAccount? {
        try first(
            """
            SELECT id, name, kind, role, state, created_at, last_used_at FROM staff
            WHERE name = ? AND kind = ? AND state < 2
            """, name.text, kind.rawValue
        ) { row throws(BadValue) in try StaffAccount(row) }
    }

    private func endSessions(of staff: StaffID) throws(Failure) {
        try run("DELETE FROM staff_sessions WHERE staff_id = ?", staff.rawValue)
    }
}
