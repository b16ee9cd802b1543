import CommandLine
import Eventual
import JSON
import Loyalty
import Storage
import Text

/// A page of the users whose login begins with a text, or the users of an order number.
struct UserFind: StoreOperation, Equatable {
    let prefix: String
    /// `nil` to search by login.
    let order: String?
    /// The id of the last user of the page before; 0 for the first page.
    let after: Int64
    /// The largest number of users, at most ``Page/rowsMax``.
    let limit: Int64

    static var wire: WireForm<Self> {
        WireForm(
            "find_users", .text("prefix", \.prefix), .optionalText("number", \.order), .integer("after", \.after),
            .integer("limit", \.limit)
        ) { prefix, order, after, limit in
            guard prefix.utf8.count <= Login.bytesMax, (1...Int64(Page.rowsMax)).contains(limit) else { return nil }
            return Self(prefix: prefix, order: order, after: after, limit: limit)
        }
    }

    var summary: String { "user find" }

    func next(from position: Int64, wanted: Int?) -> Self? {
        guard position != after else { return nil }
        return Self(
            prefix: prefix, order: order, after: position, limit: Int64(min(wanted ?? Page.rowsMax, Page.rowsMax)))
    }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        var number: OrderNumber?
        if let order {
            number = try? OrderNumber(parsing: order.utf8)
            guard number != nil else {
                return .failure(ExitStatus.notFound, "there is no order \(order.oneLine)")
            }
        }
        let page = try context.repository.readAsStaff { [number] repository throws(LoyaltyError) in
            if let number {
                return try repository.customers(of: number).map { Loyalty.Page(items: $0, next: nil) }
            }
            return try repository.customers(
                startingWith: prefix, from: after > 0 ? PageCursor(rawValue: after) : nil, limit: Int(limit))
        }
        for user in page.items { row(user.document) }
        return .success(JSONObject([:]), next: page.next?.rawValue)
    }
}

extension OwnerCommand {
    static let userFind = OwnerCommand(
        "user find", "find users by the start of their login, or by an order number", UserFind.self,
        operands: ["START"], options: [.orderOfUser.replacing("START"), .userLimit, .json],
        details: ["The users of a number are the one who uploaded it, and the one who spent points on it."],
        document: #"{"users": [{"login", "state", "current", "withdrawn", "created_at", "id"}]}"#,
        statuses: Statuses.find
    ) { invocation, _ throws(Refusal) in
        guard invocation.operand.utf8.count <= Login.bytesMax else {
            throw .misuse("START is longer than a login, which has at most \(Login.bytesMax) bytes")
        }
        let limit = try limit(invocation)
        let operation = UserFind(
            prefix: invocation.operand, order: invocation.value(of: .orderOfUser), after: 0,
            limit: Int64(min(limit, Page.rowsMax)))
        return OwnerRequest(operation, rowsName: "users", rowsMax: limit)
    }
}

extension CommandOption {
    fileprivate static let orderOfUser = CommandOption(
        "--order", "NUMBER", "the users of this order number, in place of a start of the login")
    fileprivate static let userLimit = CommandOption(
        "--limit", "N", "the largest number of users, in the order of their logins; by default 50")
}
