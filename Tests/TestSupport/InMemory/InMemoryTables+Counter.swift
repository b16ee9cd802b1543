import Loyalty
import Storage

/// Changes of orders and points by the staff.
extension InMemoryTables {
    mutating func applyAtCounter(_ change: ShopChange, _ record: ActionRecord) -> ShopChangeResult {
        switch change {
        case .sell(let number, let points, let selector): return sell(number, points, to: selector, record)
        case .correctReceipt(let number, let points): return correctReceipt(number, points, record)
        case .spend(let selector, let number, let sum):
            guard let user = user(selector) else { return .refused(.noSuchCustomer) }
            if user.state == .disabled, !spent.contains(where: { $0.withdrawal.order == number }) {
                return .refused(.customerDisabled)
            }
            let result = withdraw(sum, for: number, of: user.id, at: record.at)
            let account = account(of: user)
            switch result {
            case .conflict: return .refused(.withdrawalConflict)
            case .notEnoughPoints: return .refused(.notEnoughPoints(account))
            case .repeated: return .customer(account, isChanged: false)
            case .withdrawn:
                let entry = entries.removeLast()
                entries.append((entry.user, AnnotatedEntry(entry: entry.entry.entry, note: record.note(""))))
                add(record, on: account, subject: number.digits, points: Points(hundredths: -sum.hundredths))
                return .customer(account, isChanged: true)
            }
        case .refund(let number, let reason):
            let result = refund(number, note: record.note(reason), at: record.at)
            guard case .refunded(let points, _) = result else {
                return .refused(result == .refundedBefore ? .refundedBefore : .noSuchWithdrawal)
            }
            let spender = spent.first { $0.withdrawal.order == number }?.user
            guard let user = users.first(where: { $0.id == spender }) else { return .refused(.noSuchWithdrawal) }
            let account = account(of: user)
            add(record, on: account, subject: number.digits, points: points, note: reason)
            return .refunded(points, account)
        case .returnGoods(let number, let points, let reason): return returnGoods(number, points, reason, record)
        case .adjust(let selector, let points, let reason):
            guard let user = user(selector) else { return .refused(.noSuchCustomer) }
            let result = adjust(.id(user.id), by: points, note: record.note(reason), at: record.at)
            switch result {
            case .noSuchUser: return .refused(.noSuchCustomer)
            case .notEnoughPoints: return .refused(.notEnoughPoints(account(of: user)))
            case .tooManyPoints: return .refused(.tooManyPoints)
            case .adjusted:
                add(record, on: account(of: user), points: points, note: reason)
                return .customer(account(of: user), isChanged: true)
            }
        default: preconditionFailure("the change must be one of orders and points")
        }
    }

    private mutating func sell(
        _ number: OrderNumber, _ points: Points, to selector: UserSelector?, _ record: ActionRecord
    ) -> ShopChangeResult {
        guard receipts[number] == nil else { return .refused(.receiptTaken) }
        if upload(number)?.order.status.isFinal ?? false { return .refused(.receiptCredited) }
        var uploaded: UnfinishedOrder?
        if let selector {
            guard let user = user(selector) else { return .refused(.noSuchCustomer) }
            switch addOrder(number, of: user.id, at: record.at) {
            case .accepted(let id):
                uploaded = UnfinishedOrder(id: id, number: number, user: user.id)
                note(.order(uploads[Int(id.rawValue) - 1].order), of: user.id)
            case .uploadedBefore: break
            case .uploadedByAnother: return .refused(.orderOfAnother)
            case .tooManyUnfinished: return .refused(.tooManyUnfinishedOrders)
            }
        }
        receipts[number] = ReceiptFacts(points: points, acceptedAt: record.at)
        let upload = upload(number)
        let customer = customer(of: upload)
        add(record, on: customer, subject: number.digits, points: points)
        return .sold(
            Sale(
                number: number, points: points, customer: customer, status: upload?.order.status, uploaded: uploaded))
    }

    private mutating func correctReceipt(
        _ number: OrderNumber, _ points: Points, _ record: ActionRecord
    ) -> ShopChangeResult {
        guard let receipt = receipts[number] else { return .refused(.noSuchReceipt) }
        let upload = upload(number)
        if upload?.order.status.isFinal ?? false { return .refused(.receiptCredited) }
        receipts[number] = ReceiptFacts(points: points, acceptedAt: receipt.acceptedAt)
        correctedReceipts.insert(number)
        add(record, on: customer(of: upload), subject: number.digits, points: points)
        return .receipt(number, points)
    }

    private mutating func returnGoods(
        _ number: OrderNumber, _ points: Points?, _ reason: String, _ record: ActionRecord
    ) -> ShopChangeResult {
        guard let upload = upload(number), upload.order.accrual > .zero else { return .refused(.orderNotCredited) }
        guard let before = customer(of: upload) else { return .refused(.noSuchCustomer) }
        let left = upload.order.accrual.hundredths - returned(of: number).hundredths
        let wanted = points?.hundredths ?? left
        guard wanted > 0, wanted <= left else { return .refused(.moreThanLeft(Points(hundredths: left))) }
        let taken = min(wanted, before.balance.current.hundredths)
        if taken > 0 {
            let after = Balance(
                current: Points(hundredths: before.balance.current.hundredths - taken),
                withdrawn: before.balance.withdrawn)
            setBalance(after, of: upload.user)
            addEntry(
                .returned, of: upload.user, order: number, points: Points(hundredths: -taken),
                note: record.note(reason), at: record.at)
            note(.balance(after), of: upload.user)
        }
        add(record, on: before, subject: number.digits, points: Points(hundredths: -taken), note: reason)
        guard let after = customer(of: upload) else { return .refused(.noSuchCustomer) }
        return .returned(
            GoodsReturn(
                returned: Points(hundredths: taken), missing: Points(hundredths: wanted - taken),
                left: Points(hundredths: left - taken), customer: after))
    }

    mutating func adjust(
        _ selector: UserSelector, by points: Points, note: LedgerNote, at now: Timestamp
    ) -> AdjustmentResult {
        guard let user = user(selector), let login = user.login?.text else { return .noSuchUser }
        let before = balance(of: user.id)
        guard let current = before.current.adding(points), current.adding(before.withdrawn) != nil else {
            return .tooManyPoints
        }
        guard current >= .zero else { return .notEnoughPoints(login: login, before.current) }
        let after = Balance(current: current, withdrawn: before.withdrawn)
        setBalance(after, of: user.id)
        addEntry(.adjustment, of: user.id, order: nil, points: points, note: note, at: now)
        self.note(.balance(after), of: user.id)
        return .adjusted(login: login, after)
    }

    mutating func refund(_ order: OrderNumber, note: LedgerNote, at now: Timestamp) -> RefundResult {
        guard let index = spent.firstIndex(where: { $0.withdrawal.order == order }) else { return .noSuchWithdrawal }
        let (user, sum) = (spent[index].user, spent[index].withdrawal.sum)
        guard spent[index].refundedAt == nil else { return .refundedBefore }
        let before = balance(of: user)
        let after = Balance(
            current: Points(hundredths: before.current.hundredths + sum.hundredths),
            withdrawn: Points(hundredths: before.withdrawn.hundredths - sum.hundredths))
        spent[index].refundedAt = now
        spent[index].note = note
        setBalance(after, of: user)
        addEntry(.refund, of: user, order: order, points: sum, note: note, at: now)
        self.note(.balance(after), of: user)
        return .refunded(sum, after)
    }

    func upload(_ number: OrderNumber) -> Upload? { uploads.first { $0.order.number == number } }

    /// The points that returns of the order took back.
    func returned(of number: OrderNumber) -> Points {
        let taken = entries.filter { $0.entry.entry.kind == .returned && $0.entry.entry.order == number }
        return Points(hundredths: taken.reduce(0) { $0 - $1.entry.entry.points.hundredths })
    }

    /// The customer who uploaded an order; `nil` if there is none, or if the customer was deleted.
    func customer(of upload: Upload?) -> UserAccount? {
        users.first { $0.id == upload?.user && $0.state != .deleted }.map(account)
    }
}
