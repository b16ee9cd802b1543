import Loyalty
import Storage

extension InMemoryTables {
    struct StaffMember {
        /// `nil` once the account was deleted.
        var name: StaffName?
        let id: StaffID
        let kind: StaffAccount.Kind
        var role: StaffRole
        var state = UserAccount.State.active
        var passwordHash: PasswordHash?
        var key: SessionID?
        let createdAt: Timestamp
        var lastUsedAt: Timestamp?

        var account: StaffAccount {
            StaffAccount(
                id: id, name: name?.text ?? "", kind: kind, role: role, state: state, createdAt: createdAt,
                lastUsedAt: lastUsedAt)
        }
    }

    var presentStaff: [StaffAccount] { staff.filter { $0.state != .deleted }.map(\.account) }

    /// Returns true if the actor has the role, and has it still.
    func mayAct(_ actor: Actor, atLeast role: StaffRole) -> Bool {
        guard let id = actor.staff else { return actor.role >= role }
        return staff.contains { $0.id == id && $0.state == .active && $0.role >= role }
    }

    mutating func applyToStaff(_ change: ShopChange, _ record: ActionRecord) -> ShopChangeResult {
        switch change {
        case .addStaff(let name, let role, let hash): return addStaff(name, .person, role, hash, nil, record)
        case .addKey(let name, let role, let id): return addStaff(name, .key, role, nil, id, record)
        case .setStaffPassword(let name, let hash):
            guard let index = index(of: name, .person) else { return .refused(.noSuchStaff) }
            staff[index].passwordHash = hash
            endSessions(of: staff[index].id)
            add(record, subject: name.text)
            return .staff(staff[index].account, isChanged: true)
        case .setStaffRole(let name, let role):
            guard let index = index(of: name, .person) else { return .refused(.noSuchStaff) }
            if role != .owner, isLastOwner(index, record) { return .refused(.lastOwner) }
            let isChanged = staff[index].role != role
            staff[index].role = role
            if isChanged { add(record, subject: name.text, note: role.description) }
            return .staff(staff[index].account, isChanged: isChanged)
        case .setStaffEnabled(let name, let isEnabled):
            guard let index = index(of: name, .person) else { return .refused(.noSuchStaff) }
            if !isEnabled, isLastOwner(index, record) { return .refused(.lastOwner) }
            let state = isEnabled ? UserAccount.State.active : .disabled
            let isChanged = staff[index].state != state
            staff[index].state = state
            if !isEnabled { endSessions(of: staff[index].id) }
            if isChanged { add(record, subject: name.text) }
            return .staff(staff[index].account, isChanged: isChanged)
        case .deleteStaff(let name): return delete(index(of: name, .person), record)
        case .removeKey(let name): return delete(index(of: name, .key), record)
        default: preconditionFailure("the change must be one of the staff")
        }
    }

    private mutating func addStaff(
        _ name: StaffName, _ kind: StaffAccount.Kind, _ role: StaffRole, _ hash: PasswordHash?, _ key: SessionID?,
        _ record: ActionRecord
    ) -> ShopChangeResult {
        guard presentStaff.count < StaffAccount.countMax else { return .refused(.staffFull) }
        guard !staff.contains(where: { $0.name == name }) else { return .refused(.staffNameTaken) }
        let member = StaffMember(
            name: name, id: StaffID(rawValue: Int64(staff.count + 1)), kind: kind, role: role, passwordHash: hash,
            key: key, createdAt: record.at)
        staff.append(member)
        add(record, subject: name.text, note: role.description)
        return .staff(member.account, isChanged: true)
    }

    private mutating func delete(_ index: Int?, _ record: ActionRecord) -> ShopChangeResult {
        guard let index else { return .refused(.noSuchStaff) }
        guard !isLastOwner(index, record) else { return .refused(.lastOwner) }
        let before = staff[index].account
        staff[index].state = .deleted
        (staff[index].name, staff[index].passwordHash, staff[index].key) = (nil, nil, nil)
        endSessions(of: before.id)
        keptResponses = keptResponses.filter { $0.key.staff != before.id }
        add(record, subject: before.name)
        return .staff(before, isChanged: true)
    }

    private func isLastOwner(_ index: Int, _ record: ActionRecord) -> Bool {
        func isOwner(_ member: StaffMember) -> Bool {
            member.kind == .person && member.role == .owner && member.state == .active
        }
        return record.actor.kind != .system && isOwner(staff[index]) && staff.count(where: isOwner) == 1
    }

    private func index(of name: StaffName, _ kind: StaffAccount.Kind) -> Int? {
        staff.firstIndex { $0.name == name && $0.kind == kind }
    }

    private mutating func endSessions(of id: StaffID, except kept: SessionID? = nil) {
        staffSessions = staffSessions.filter { $0.value.staff != id || $0.key == kept }
    }

    /// Returns true if the credentials are still those of an active person.
    private func isCurrent(_ credentials: StaffCredentials) -> Bool {
        staff.contains {
            $0.id == credentials.staff.id && $0.state == .active && $0.passwordHash == credentials.passwordHash
        }
    }

    mutating func addSession(
        _ session: NewSession, of credentials: StaffCredentials, from address: String, at now: Timestamp
    ) -> Bool {
        guard isCurrent(credentials) else { return false }
        let id = credentials.staff.id
        staffSessions[session.id] = (id, session.expiresAt)
        let others = staffSessions.filter { $0.value.staff == id && $0.key != session.id }.sorted {
            $0.value.expiresAt > $1.value.expiresAt
        }
        for other in others.dropFirst(session.perUserMax - 1) { staffSessions[other.key] = nil }
        noteUse(of: id, at: now)
        add(
            ActionRecord(name: .staffSignIn, actor: Actor(credentials.staff, address: address), at: now),
            subject: credentials.staff.name)
        return true
    }

    mutating func removeStaffSession(_ id: SessionID, from address: String, at now: Timestamp) {
        guard let session = staffSessions.removeValue(forKey: id) else { return }
        let account = staff[Int(session.staff.rawValue) - 1].account
        add(
            ActionRecord(name: .staffSignOut, actor: Actor(account, address: address), at: now), subject: account.name)
    }

    mutating func changePassword(
        of credentials: StaffCredentials, to hash: PasswordHash, keeping session: SessionID, from address: String,
        at now: Timestamp
    ) -> Bool {
        guard isCurrent(credentials) else { return false }
        staff[Int(credentials.staff.id.rawValue) - 1].passwordHash = hash
        endSessions(of: credentials.staff.id, except: session)
        add(
            ActionRecord(name: .staffPassword, actor: Actor(credentials.staff, address: address), at: now),
            subject: credentials.staff.name)
        return true
    }

    mutating func noteUse(of id: StaffID, at now: Timestamp) {
        let index = Int(id.rawValue) - 1
        guard staff[index].state != .deleted, staff[index].lastUsedAt.map({ $0 < now }) ?? true else { return }
        staff[index].lastUsedAt = now
    }
}
