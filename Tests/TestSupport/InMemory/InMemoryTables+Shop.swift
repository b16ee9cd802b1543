import Loyalty
import Storage

extension InMemoryTables {
    struct KeptResponseKey: Hashable {
        let staff: StaffID
        let key: [UInt8]
    }

    struct KeptResponse {
        let request: [UInt8]
        let response: StoredResponse
        let at: Timestamp
    }

    mutating func apply(
        _ change: ShopChange, by actor: Actor, request: IdempotentRequest, at now: Timestamp
    ) -> AppliedChange {
        guard let id = actor.staff else { preconditionFailure("only the staff's requests may have a key") }
        guard mayAct(actor, atLeast: change.requiredRole) else { return .now(.refused(.notAllowed)) }
        let key = KeptResponseKey(staff: id, key: request.key)
        if let kept = keptResponses[key],
            kept.at.advanced(byMilliseconds: IdempotentRequest.lifetimeMilliseconds) > now
        {
            return kept.request == request.request ? .before(kept.response) : .keyOfAnotherRequest
        }
        let result = apply(change, by: actor, at: now)
        if result.isKept {
            keptResponses[key] = KeptResponse(request: request.request, response: request.response(result), at: now)
        }
        return .now(result)
    }

    mutating func apply(_ change: ShopChange, by actor: Actor, at now: Timestamp) -> ShopChangeResult {
        guard mayAct(actor, atLeast: change.requiredRole) else { return .refused(.notAllowed) }
        let record = ActionRecord(name: change.action, actor: actor, at: now)
        switch change {
        case .addCustomer(let login, let hash):
            guard let user = addUser(login, hash, at: now) else { return .refused(.loginTaken) }
            return recordChange(of: user, record)
        case .setCustomerPassword(let selector, let hash):
            guard let user = user(selector) else { return .refused(.noSuchCustomer) }
            setPassword(hash, of: user.id, at: now)
            return recordChange(of: user.id, record)
        case .setCustomerEnabled(let selector, let isEnabled):
            guard let user = user(selector) else { return .refused(.noSuchCustomer) }
            return recordChange(of: user.id, record, isChanged: setEnabled(isEnabled, user.id, at: now))
        case .deleteCustomer(let selector):
            guard let user = user(selector) else { return .refused(.noSuchCustomer) }
            let before = account(of: user)
            add(record, on: before)
            delete(user.id, at: now)
            return .customer(before, isChanged: true)
        case .exportCustomer(let selector):
            guard let user = user(selector) else { return .refused(.noSuchCustomer) }
            return recordChange(of: user.id, record)
        case .sell, .correctReceipt, .spend, .refund, .returnGoods, .adjust: return applyAtCounter(change, record)
        case .addRule, .removeRule, .setRegistration, .makeBackup: return applyToShop(change, record)
        case .addStaff, .setStaffPassword, .setStaffRole, .setStaffEnabled, .deleteStaff, .addKey, .removeKey:
            return applyToStaff(change, record)
        }
    }

    struct ActionRecord {
        let name: StaffAction.Name
        let actor: Actor
        let at: Timestamp

        func note(_ reason: String) -> LedgerNote { LedgerNote(author: actor.name, reason: reason) }
    }

    mutating func add(
        _ record: ActionRecord, on customer: UserAccount? = nil, subject: String = "", points: Points? = nil,
        note: String = ""
    ) {
        actions.append(
            StaffAction(
                id: Int64(actions.count + 1), at: record.at, actor: record.actor, name: record.name,
                customer: customer.map { CustomerName(id: $0.id, login: $0.login) }, subject: subject,
                points: points, note: note))
    }

    /// The action with the login that its customer has now.
    func withLoginOfNow(_ action: StaffAction) -> StaffAction {
        let customer = action.customer.map { customer in
            CustomerName(id: customer.id, login: user(.id(customer.id))?.login?.text ?? "")
        }
        return StaffAction(
            id: action.id, at: action.at, actor: action.actor, name: action.name, customer: customer,
            subject: action.subject, points: action.points, note: action.note)
    }

    private mutating func recordChange(
        of user: UserID, _ record: ActionRecord, isChanged: Bool = true
    ) -> ShopChangeResult {
        let account = account(of: users[Int(user.rawValue) - 1])
        if isChanged { add(record, on: account) }
        return .customer(account, isChanged: isChanged)
    }

    private mutating func applyToShop(_ change: ShopChange, _ record: ActionRecord) -> ShopChangeResult {
        switch change {
        case .addRule(let rule):
            switch addRule(rule) {
            case .added:
                add(record, subject: rule.match, note: "\(rule.reward) \(rule.kind.name)")
                return .done(isChanged: true)
            case .matchTaken: return .refused(.matchTaken)
            case .full: return .refused(.rulesFull)
            }
        case .removeRule(let match):
            guard removeRule(matching: match) else { return .refused(.noSuchRule) }
            add(record, subject: match)
            return .done(isChanged: true)
        case .setRegistration(let isOpen):
            guard isRegistrationOpen != isOpen else { return .done(isChanged: false) }
            isRegistrationOpen = isOpen
            add(record)
            return .done(isChanged: true)
        case .makeBackup(let name):
            add(record, subject: name)
            return .done(isChanged: true)
        default: preconditionFailure("the change must be one of the shop as a whole")
        }
    }

    mutating func addRule(_ rule: RewardRule) -> RuleAddition {
        if rules.contains(where: { $0.match.utf8.elementsEqual(rule.match.utf8) }) { return .matchTaken }
        let bytes = rules.reduce(rule.match.utf8.count) { $0 + $1.match.utf8.count }
        guard rules.count < RewardRule.countMax, bytes <= RewardRule.allMatchesBytesMax else { return .full }
        rules.append(rule)
        touchRules()
        return .added
    }

    mutating func removeRule(matching match: String) -> Bool {
        guard let index = rules.firstIndex(where: { $0.match.utf8.elementsEqual(match.utf8) }) else { return false }
        rules.remove(at: index)
        touchRules()
        return true
    }

    func user(_ selector: UserSelector) -> User? {
        switch selector {
        case .login(let login): index(of: login).map { users[$0] }
        case .id(let id): users.first { $0.id == id && $0.state != .deleted }
        }
    }

    func account(of user: User) -> UserAccount {
        UserAccount(
            id: user.id, login: user.login?.text ?? "", state: user.state, balance: balance(of: user.id),
            createdAt: user.createdAt)
    }

    /// Returns true if that changed anything.
    mutating func setEnabled(_ isEnabled: Bool, _ user: UserID, at now: Timestamp) -> Bool {
        let (index, state) = (Int(user.rawValue) - 1, isEnabled ? UserAccount.State.active : .disabled)
        if !isEnabled { endSessions(of: user, at: now) }
        guard users[index].state != state else { return false }
        users[index].state = state
        touch(user)
        return true
    }

    mutating func delete(_ user: UserID, at now: Timestamp) {
        setPassword(PasswordHash(text: ""), of: user, at: now)
        users[Int(user.rawValue) - 1].login = nil
        users[Int(user.rawValue) - 1].state = .deleted
    }
}

extension InMemoryTables {
    func facts(of number: OrderNumber) -> NumberFacts {
        func name(_ user: UserID?) -> CustomerName? {
            user.flatMap { self.user(.id($0)) }.map { CustomerName(id: $0.id, login: $0.login?.text ?? "") }
        }
        let upload = upload(number)
        let spending = spent.first { $0.withdrawal.order == number }
        return NumberFacts(
            order: upload.map { CustomerOrder(order: $0.order, returned: returned(of: number)) },
            customer: name(upload?.user),
            withdrawal: spending.map { CustomerWithdrawal(withdrawal: $0.withdrawal, refundedAt: $0.refundedAt) },
            spender: name(spending?.user), receipt: receipts[number])
    }
}
