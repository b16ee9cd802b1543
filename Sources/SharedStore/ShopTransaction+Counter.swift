import Loyalty

/// Sales, returns and other changes of orders and points. Each looks at everything that may refuse it before it writes.
extension ShopTransaction {
    func sell(
        _ number: OrderNumber, earning points: Points, to selector: UserSelector?, _ record: ActionRecord
    ) throws(Failure) -> ShopChangeResult {
        let isTaken = try first("SELECT 1 FROM receipts WHERE order_number = ?", number.digits) { _ in true }
        guard isTaken == nil else { return .refused(.receiptTaken) }
        try lock(number)
        if let status = try order(number)?.status, status.isFinal { return .refused(.receiptCredited) }
        var uploaded: UnfinishedOrder?
        if let selector {
            guard let (user, _) = try user(selector) else { return .refused(.noSuchCustomer) }
            switch try addOrder(number, of: user, at: record.at) {
            case .accepted(let id): uploaded = UnfinishedOrder(id: id, number: number, user: user)
            case .uploadedBefore: break
            case .uploadedByAnother: return .refused(.orderOfAnother)
            case .tooManyUnfinished: return .refused(.tooManyUnfinishedOrders)
            }
        }
        try run("INSERT INTO receipts VALUES (?, ?, ?)", number.digits, points.hundredths, record.at.milliseconds)
        let order = try order(number)
        let customer: UserAccount? = if let order { try account(of: order.user) } else { nil }
        try add(record, on: customer?.id, subject: number.digits, points: points)
        if let uploaded {
            // Another person made this upload, so the customer is told of it.
            let order = Order(number: number, status: .new, accrual: .zero, uploadedAt: record.at)
            note(.order(order), of: uploaded.user)
        }
        return .sold(
            Sale(number: number, points: points, customer: customer, status: order?.status, uploaded: uploaded))
    }

    func correctReceipt(
        _ number: OrderNumber, earning points: Points, _ record: ActionRecord
    ) throws(Failure) -> ShopChangeResult {
        let isThere = try first("SELECT 1 FROM receipts WHERE order_number = ?", number.digits) { _ in true }
        guard isThere != nil else { return .refused(.noSuchReceipt) }
        try lock(number)
        let order = try order(number)
        guard order?.status.isFinal != true else { return .refused(.receiptCredited) }
        noteCorrection(of: number, at: record.at)
        try run("UPDATE receipts SET earned = ? WHERE order_number = ?", points.hundredths, number.digits)
        let customer: UserAccount? = if let order { try account(of: order.user) } else { nil }
        try add(record, on: customer?.id, subject: number.digits, points: points)
        return .receipt(number, points)
    }

    func spend(
        _ sum: Points, for number: OrderNumber, of selector: UserSelector, _ record: ActionRecord
    ) throws(Failure) -> ShopChangeResult {
        precondition(sum > .zero, "a withdrawal's sum must be positive")
        guard let (user, _) = try user(selector) else { return .refused(.noSuchCustomer) }
        // A number that was used before has its result, whatever became of the customer since.
        let isUsed = try first("SELECT 1 FROM withdrawals WHERE order_number = ?", number.digits) { _ in true }
        if isUsed == nil, try account(of: user)?.state == .disabled { return .refused(.customerDisabled) }
        let result = try withdraw(sum, for: number, of: user, at: record.at)
        if result == .withdrawn { try annotateWithdrawal(of: number, user, record.note("")) }
        guard let account = try account(of: user) else { return .refused(.noSuchCustomer) }
        switch result {
        case .conflict: return .refused(.withdrawalConflict)
        case .notEnoughPoints: return .refused(.notEnoughPoints(account))
        case .repeated: return .customer(account, isChanged: false)
        case .withdrawn:
            try add(
                record, on: user, subject: number.digits,
                points: Points(hundredths: -sum.hundredths))
            return .customer(account, isChanged: true)
        }
    }

    func refund(
        _ number: OrderNumber, reason: String, _ record: ActionRecord
    ) throws(Failure) -> ShopChangeResult {
        switch try refund(number, note: record.note(reason), at: record.at) {
        case .noSuchWithdrawal: return .refused(.noSuchWithdrawal)
        case .refundedBefore: return .refused(.refundedBefore)
        case .refunded(let points, let balance):
            let user = try first("SELECT user_id FROM withdrawals WHERE order_number = ?", number.digits) { row in
                UserID(rawValue: row.integer(0))
            }
            guard let user, let account = try accountOrRemains(of: user, balance) else {
                return .refused(.noSuchWithdrawal)
            }
            try add(record, on: user, subject: number.digits, points: points, note: reason)
            return .refunded(points, account)
        }
    }

    func returnGoods(
        _ number: OrderNumber, _ points: Points?, reason: String, _ record: ActionRecord
    ) throws(Failure) -> ShopChangeResult {
        guard let order = try order(number), order.status == .processed, order.accrual > .zero else {
            return .refused(.orderNotCredited)
        }
        try lock(order.user)
        guard let before = try account(of: order.user) else { return .refused(.noSuchCustomer) }
        let left = Points(hundredths: order.accrual.hundredths - (try returned(of: number)).hundredths)
        let wanted = points ?? left
        precondition(points != .zero, "a return's points must not be zero")
        guard wanted > .zero, wanted <= left else { return .refused(.moreThanLeft(left)) }
        let taken = min(wanted, before.balance.current)
        if taken > .zero {
            try run(
                "UPDATE balances SET current = current - ? WHERE user_id = ?", taken.hundredths, order.user.rawValue)
            let entry = try addLedgerEntry(
                .returned, of: order.user, order: number.digits, amount: -taken.hundredths, at: record.at)
            try annotate(entry, record.note(reason))
        }
        try add(
            record, on: order.user, subject: number.digits, points: Points(hundredths: -taken.hundredths),
            note: reason)
        guard let after = try account(of: order.user) else { return .refused(.noSuchCustomer) }
        if taken > .zero { note(.balance(after.balance), of: order.user) }
        return .returned(
            GoodsReturn(
                returned: taken, missing: Points(hundredths: wanted.hundredths - taken.hundredths),
                left: Points(hundredths: left.hundredths - taken.hundredths), customer: after))
    }

    func adjust(
        _ selector: UserSelector, by points: Points, reason: String, _ record: ActionRecord
    ) throws(Failure) -> ShopChangeResult {
        guard let (user, _) = try user(selector) else { return .refused(.noSuchCustomer) }
        let result = try adjust(.id(user), by: points, note: record.note(reason), at: record.at)
        guard let account = try account(of: user) else { return .refused(.noSuchCustomer) }
        switch result {
        case .noSuchUser: return .refused(.noSuchCustomer)
        case .notEnoughPoints: return .refused(.notEnoughPoints(account))
        case .tooManyPoints: return .refused(.tooManyPoints)
        case .adjusted:
            try add(record, on: user, points: points, note: reason)
            return .customer(account, isChanged: true)
        }
    }

    private func order(_ number: OrderNumber) throws(Failure) -> UploadedOrder? {
        try first("SELECT user_id, status, accrual FROM orders WHERE number = ?", number.digits) {
            row throws(BadValue) in
            UploadedOrder(
                user: UserID(rawValue: row.integer(0)), status: try row.status(1),
                accrual: Points(hundredths: row.integer(2)))
        }
    }

    /// The points that earlier returns of the order took back.
    private func returned(of number: OrderNumber) throws(Failure) -> Points {
        let sum = try first(
            "SELECT CAST(coalesce(-sum(amount), 0) AS BIGINT) FROM ledger WHERE kind = 5 AND order_number = ?",
            number.digits
        ) { row in Points(hundredths: row.integer(0)) }
        return sum ?? .zero
    }

    /// The account of a customer; what is left of it if the customer was deleted.
    private func accountOrRemains(of user: UserID, _ balance: Balance) throws(Failure) -> UserAccount? {
        if let account = try account(of: user) { return account }
        return try first("SELECT created_at FROM users WHERE id = ?", user.rawValue) { row in
            UserAccount(
                id: user, login: "", state: .deleted, balance: balance,
                createdAt: Timestamp(milliseconds: row.integer(0)))
        }
    }
}

private struct UploadedOrder {
    let user: UserID
    let status: Order.Status
    let accrual: Points
}
