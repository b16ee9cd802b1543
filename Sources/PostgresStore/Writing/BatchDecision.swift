import Changes
import Loyalty
import SharedStore

/// The results of the operations of a batch, and the rows to write.
///
/// The writer reads and locks the rows of all operations at once, decides here, and writes all rows at once. So a user
/// with many operations costs no further statements, and each result is known before the commit. If the answer to the
/// commit is lost, the only open question is whether it happened.
///
/// The operations take effect one after the other, as if each were alone.
struct BatchDecision {
    struct NewOrder: Equatable {
        let id: OrderID
        let number: OrderNumber
        let user: UserID
        let uploadedAt: Timestamp
    }

    struct NewWithdrawal: Equatable {
        let number: OrderNumber
        let user: UserID
        let sum: Points
        let at: Timestamp
    }

    struct ChangedOrder: Equatable {
        var status: Order.Status
        var accrual: Points
    }

    struct NewEntry: Equatable {
        let user: UserID
        let kind: LedgerEntry.Kind
        let order: OrderNumber
        /// In hundredths; not zero.
        let amount: Int64
        let balanceAfter: Points
        let at: Timestamp
    }

    private let unfinishedPerUserMax: Int64
    private(set) var facts: BatchFacts
    private var unusedOrderIDs: ArraySlice<OrderID>

    /// The results of the operations, in their order.
    private(set) var results: [BatchResult] = []
    private(set) var newOrders: [NewOrder] = []
    private(set) var newWithdrawals: [NewWithdrawal] = []
    private(set) var changedOrders: [OrderID: ChangedOrder] = [:]
    /// The users whose account in ``facts`` has changed.
    private var changedUsers: Set<UserID> = []
    private(set) var entries: [NewEntry] = []
    private(set) var changes: [Change] = []
    let figures = PendingFigures()

    /// - Parameter facts: the rows of all users, orders and numbers of the operations.
    init(_ operations: [BatchOperation], _ facts: BatchFacts, unfinishedPerUserMax: Int) {
        self.unfinishedPerUserMax = Int64(unfinishedPerUserMax)
        self.facts = facts
        unusedOrderIDs = facts.newOrderIDs[...]
        for operation in operations { results.append(decide(operation)) }
    }

    /// The accounts to write: those whose rows in the table differ from the state in which the batch leaves them.
    var accounts: [(user: UserID, account: BatchFacts.Account)] {
        changedUsers.union(facts.counted.keys).compactMap { user in
            guard let account = facts.accounts[user], account != facts.counted[user] else { return nil }
            return (user, account)
        }
    }

    private mutating func decide(_ operation: BatchOperation) -> BatchResult {
        switch operation {
        case .addOrder(let number, let user, let now): addOrder(number, of: user, at: now)
        case .withdraw(let sum, let order, let user, let now): withdraw(sum, for: order, of: user, at: now)
        case .settle(let settlements, let now):
            .settlement(refused: settlements.filter { !settle($0, at: now) })
        }
    }

    private mutating func addOrder(_ number: OrderNumber, of user: UserID, at now: Timestamp) -> BatchResult {
        if let owner = facts.owners[number] {
            return .upload(owner == user ? .uploadedBefore : .uploadedByAnother)
        }
        guard let account = facts.accounts[user] else { return .impossible }
        guard account.unfinished < unfinishedPerUserMax else { return .upload(.tooManyUnfinished) }
        guard let id = unusedOrderIDs.popFirst() else { preconditionFailure("there must be an id for each upload") }
        change(user) { $0.unfinished += 1 }
        facts.owners[number] = user
        newOrders.append(NewOrder(id: id, number: number, user: user, uploadedAt: now))
        figures.noteOrder(at: now)
        return .upload(.accepted(id))
    }

    private mutating func withdraw(
        _ sum: Points, for order: OrderNumber, of user: UserID, at now: Timestamp
    ) -> BatchResult {
        precondition(sum > .zero, "a withdrawal's sum must be positive")
        if let earlier = facts.withdrawals[order] {
            let isSame = earlier == BatchFacts.EarlierWithdrawal(user: user, sum: sum, isInForce: true)
            return .withdrawal(isSame ? .repeated : .conflict)
        }
        // The sum of the two never overflows: it is the number of points that were ever given, which fits the integer.
        guard let account = facts.accounts[user], account.balance.current >= sum,
            let withdrawn = account.balance.withdrawn.adding(sum)
        else { return .withdrawal(.notEnoughPoints) }
        let current = Points(hundredths: account.balance.current.hundredths - sum.hundredths)
        facts.withdrawals[order] = BatchFacts.EarlierWithdrawal(user: user, sum: sum, isInForce: true)
        newWithdrawals.append(NewWithdrawal(number: order, user: user, sum: sum, at: now))
        enter(
            .withdrawal, of: user, order, amount: -sum.hundredths, at: now,
            leaving: Balance(current: current, withdrawn: withdrawn))
        return .withdrawal(.withdrawn)
    }

    /// Returns false if the settlement is impossible.
    private mutating func settle(_ settlement: Settlement, at now: Timestamp) -> Bool {
        guard let order = facts.orders[settlement.order], order.number == settlement.number ?? order.number else {
            // An order that is not there, or that has its id from an order that was lost, can't have been credited.
            if case .processed = settlement.verdict { return false }
            return true
        }
        switch settlement.verdict {
        case .processing:
            if order.status == .new { set(.processing, .zero, of: settlement.order, order) }
            return true
        case .invalid:
            if !order.status.isFinal { set(.invalid, .zero, of: settlement.order, order) }
            return true
        case .processed(let points): return credit(points, for: settlement.order, order, at: now)
        }
    }

    /// Ends an order as processed and credits its points, once. An accrual of zero has no ledger entry, since no
    /// balance changes.
    private mutating func credit(
        _ answered: Points, for id: OrderID, _ order: BatchFacts.UploadedOrder, at now: Timestamp
    ) -> Bool {
        guard answered >= .zero else { return false }
        if order.status.isFinal { return true }
        let points = facts.correctedReceipts[order.number] ?? answered
        // The sum of everything that was ever credited must fit, or a later withdrawal could overflow.
        guard let balance = facts.accounts[order.user]?.balance, let current = balance.current.adding(points),
            current.adding(balance.withdrawn) != nil
        else { return false }
        set(.processed, points, of: id, order)
        guard points > .zero else { return true }
        enter(
            .accrual, of: order.user, order.number, amount: points.hundredths, at: now,
            leaving: Balance(current: current, withdrawn: balance.withdrawn))
        return true
    }

    private mutating func set(
        _ status: Order.Status, _ accrual: Points, of id: OrderID, _ order: BatchFacts.UploadedOrder
    ) {
        facts.orders[id]?.status = status
        changedOrders[id] = ChangedOrder(status: status, accrual: accrual)
        // A count below zero would be refused by the table, and the check of the database finds a wrong one.
        change(order.user) { if status.isFinal { $0.unfinished = max(1, $0.unfinished) - 1 } }
        let changed = Order(number: order.number, status: status, accrual: accrual, uploadedAt: order.uploadedAt)
        changes.append(Change(.order(changed), of: order.user))
    }

    /// Changes a balance and adds the entry of the ledger that explains it.
    private mutating func enter(
        _ kind: LedgerEntry.Kind, of user: UserID, _ order: OrderNumber, amount: Int64, at now: Timestamp,
        leaving balance: Balance
    ) {
        change(user) { $0.balance = balance }
        entries.append(
            NewEntry(
                user: user, kind: kind, order: order, amount: amount, balanceAfter: balance.current, at: now))
        figures.noteEntry(kind, amount: amount, at: now)
        changes.append(Change(.balance(balance), of: user))
    }

    /// Changes an account, and counts its version up once for the whole batch. A version only has to differ from the
    /// one before it, and a damaged database may have the greatest.
    private mutating func change(_ user: UserID, _ body: (inout BatchFacts.Account) -> Void) {
        guard var account = facts.accounts[user] else { return }
        if changedUsers.insert(user).inserted { account.version &+= 1 }
        body(&account)
        facts.accounts[user] = account
    }
}
