import Loyalty
import Storage

extension InMemoryTables {
    mutating func addOrder(_ number: OrderNumber, of user: UserID, at now: Timestamp) -> OrderUpload {
        if let earlier = uploads.first(where: { $0.order.number == number }) {
            return earlier.user == user ? .uploadedBefore : .uploadedByAnother
        }
        guard uploads.count(where: { $0.user == user && !$0.order.status.isFinal }) < unfinishedPerUserMax else {
            return .tooManyUnfinished
        }
        uploads.append(
            Upload(user: user, order: Order(number: number, status: .new, accrual: .zero, uploadedAt: now)))
        touch(user)
        return .accepted(OrderID(rawValue: Int64(uploads.count)))
    }

    mutating func withdraw(
        _ sum: Points, for order: OrderNumber, of user: UserID, at now: Timestamp
    ) -> WithdrawalResult {
        if let earlier = spent.first(where: { $0.withdrawal.order == order }) {
            let isSame = earlier.user == user && earlier.withdrawal.sum == sum && earlier.refundedAt == nil
            return isSame ? .repeated : .conflict
        }
        let before = balance(of: user)
        guard sum <= before.current else { return .notEnoughPoints }
        let after = Balance(
            current: Points(hundredths: before.current.hundredths - sum.hundredths),
            withdrawn: Points(hundredths: before.withdrawn.hundredths + sum.hundredths))
        setBalance(after, of: user)
        spent.append(
            Spending(user: user, withdrawal: Withdrawal(order: order, sum: sum, processedAt: now)))
        addEntry(.withdrawal, of: user, order: order, points: Points(hundredths: -sum.hundredths), at: now)
        note(.balance(after), of: user)
        return .withdrawn
    }

    /// Stores a settlement, unless it can't be true.
    mutating func settle(_ settlement: Settlement, at now: Timestamp) {
        let index = Int(settlement.order.rawValue) - 1
        guard uploads.indices.contains(index), !uploads[index].order.status.isFinal else { return }
        switch settlement.verdict {
        case .processing:
            if uploads[index].order.status == .new { setStatus(.processing, of: index) }
        case .invalid: setStatus(.invalid, of: index)
        case .processed(let points): credit(points, for: index, at: now)
        }
    }

    private mutating func credit(_ points: Points, for index: Int, at now: Timestamp) {
        let (user, number) = (uploads[index].user, uploads[index].order.number)
        let points = correctedReceipts.contains(number) ? receipts[number]?.points ?? points : points
        let before = balance(of: user)
        guard points >= .zero, let given = before.current.adding(before.withdrawn), given.adding(points) != nil,
            let current = before.current.adding(points)
        else { return }
        setStatus(.processed, of: index, accrual: points)
        guard points > .zero else { return }
        let after = Balance(current: current, withdrawn: before.withdrawn)
        setBalance(after, of: user)
        addEntry(.accrual, of: user, order: uploads[index].order.number, points: points, at: now)
        note(.balance(after), of: user)
    }

    mutating func setStatus(
        _ status: Order.Status, of index: Int, accrual: Points = .zero, isNoted: Bool = true
    ) {
        let (user, order) = (uploads[index].user, uploads[index].order)
        uploads[index].order = Order(
            number: order.number, status: status, accrual: accrual, uploadedAt: order.uploadedAt)
        touch(user)
        if isNoted { note(.order(uploads[index].order), of: user) }
    }

    /// The orders without a final status, oldest first.
    var unfinished: [UnfinishedOrder] {
        uploads.indices.filter { !uploads[$0].order.status.isFinal }.map { index in
            UnfinishedOrder(
                id: OrderID(rawValue: Int64(index + 1)), number: uploads[index].order.number,
                user: uploads[index].user)
        }
    }
}
