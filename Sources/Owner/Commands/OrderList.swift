import CommandLine
import JSON
import Loyalty
import Storage

/// A page of orders, those before a given one, newest first.
struct OrderList: StoreOperation, Equatable {
    /// The user whose orders are wanted; `nil` for all users.
    let user: UserSelector?
    /// The status of the orders; `nil` for any.
    let status: Order.Status?
    /// The id of the last order of the page before; `Int64.max` for the first page.
    let before: Int64
    /// The largest number of orders, at most ``Page/rowsMax``.
    let limit: Int64

    static var wire: WireForm<Self> {
        WireForm(
            "orders", .optionalUser(\.user), .status("status", \.status), .integer("before", \.before),
            .integer("limit", \.limit)
        ) { user, status, before, limit in
            guard (1...Int64(Page.rowsMax)).contains(limit) else { return nil }
            return Self(user: user, status: status, before: before, limit: limit)
        }
        // A server of version 0.1 knows users only by their logins. It would overlook the id and list the orders of all
        // users, so the name is one that it refuses.
        .naming("orders_of_id") { operation in
            if case .id = operation.user { true } else { false }
        }
    }

    var summary: String { "order list" }

    func next(from position: Int64, wanted: Int?) -> Self? {
        guard position < before else { return nil }
        return Self(
            user: user, status: status, before: position, limit: Int64(min(wanted ?? Page.rowsMax, Page.rowsMax)))
    }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        let found = try context.repository.orders(
            of: user, status: status, before: OrderID(rawValue: before), limit: Int(limit))
        guard let orders = found else {
            guard let user else { preconditionFailure("the orders of all users must be found") }
            return .noUser(user)
        }
        for order in orders { row(order.document) }
        return .success(JSONObject([:]), next: orders.count == Int(limit) ? orders.last?.id.rawValue : nil)
    }
}

extension OwnerCommand {
    private static let rowsDefault = 50
    private static let rowsMax = 1_000_000

    static let orderList = OwnerCommand(
        "order list", "list orders, newest first", OrderList.self,
        options: [.user, .userID, .status, .limit, .json],
        document: #"{"orders": [{"number", "login", "status", "accrual", "uploaded_at"}]}"#,
        statuses: Statuses.find
    ) { invocation, _ throws(Refusal) in
        let limit = try limit(invocation)
        let operation = OrderList(
            user: try invocation.userOfOrders(), status: try status(invocation), before: .max,
            limit: Int64(min(limit, Page.rowsMax)))
        return OwnerRequest(operation, rowsName: "orders", rowsMax: limit)
    }

    /// The largest number of rows of a list that may be long.
    static func limit(_ invocation: Invocation) throws(Refusal) -> Int {
        guard let text = invocation.value(of: .limit) else { return rowsDefault }
        guard let limit = Int(text), (1...rowsMax).contains(limit) else {
            throw .misuse("--limit must be a whole number from 1 to \(rowsMax)")
        }
        return limit
    }

    private static func status(_ invocation: Invocation) throws(Refusal) -> Order.Status? {
        guard let text = invocation.value(of: .status) else { return nil }
        guard let status = Order.Status.allCases.first(where: { $0.name == text.uppercased() }) else {
            throw .misuse("--status must be one of \(Order.Status.allCases.map(\.name).joined(separator: ", "))")
        }
        return status
    }
}
