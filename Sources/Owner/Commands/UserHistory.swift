import API
import CommandLine
import Eventual
import JSON
import Loyalty
import Storage

/// A page of the orders, the withdrawals or the ledger of a user, from before a given position, newest first.
struct UserHistory: StoreOperation, Equatable {
    let user: UserSelector
    let list: CustomerList
    /// The position that the page before gave; `Int64.max` for the first page.
    let before: Int64
    /// The largest number of rows, at most ``Page/rowsMax``.
    let limit: Int64

    static var wire: WireForm<Self> {
        WireForm(
            "user_history", .user(\.user), .list(\.listOnWire), .integer("before", \.before), .integer("limit", \.limit)
        ) { user, list, before, limit in
            guard let list, (1...Int64(Page.rowsMax)).contains(limit) else { return nil }
            return Self(user: user, list: list, before: before, limit: limit)
        }
    }

    private var listOnWire: CustomerList? { list }

    var summary: String { "user \(list.rawValue) \(user)" }

    var rowsName: String? { list.rawValue }

    func next(from position: Int64, wanted: Int?) -> Self? {
        guard position < before else { return nil }
        return Self(user: user, list: list, before: position, limit: Int64(min(wanted ?? Page.rowsMax, Page.rowsMax)))
    }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        let part = try context.repository.readAsStaff {
            repository throws(LoyaltyError) -> Eventual<CustomerList.Part?, LoyaltyError> in
            try repository.customer(user).then { account throws(LoyaltyError) in
                guard let account else { return .now(nil) }
                return try list.page(
                    of: account.id, from: before == .max ? nil : PageCursor(rawValue: before), limit: Int(limit),
                    in: repository
                ).map { .some($0) }
            }
        }
        guard let part else { return .noUser(user) }
        for record in JSONObject.objects(part.array) { row(record) }
        return .success(JSONObject([:]), next: part.next?.rawValue)
    }
}

extension StaffRepository {
    /// The user; `nil` if there is none. Of the logins that begin with a login, that login is the first.
    fileprivate func customer(
        _ user: UserSelector
    ) throws(LoyaltyError) -> Eventual<UserAccount?, LoyaltyError> {
        switch user {
        case .id(let id): try customer(id)
        case .login(let login):
            try customers(startingWith: login.text, from: nil, limit: 1).map { page in
                page.items.first { $0.login.utf8.elementsEqual(login.text.utf8) }
            }
        }
    }
}

extension OwnerCommand {
    static let userOrders = history(
        .orders, "list the orders of a user with what was returned of each, newest first",
        document: #"{"orders": [{"number", "status", "accrual", "returned", "uploaded_at"}]}"#)

    static let userWithdrawals = history(
        .withdrawals, "list the withdrawals of a user, refunded ones too, newest first",
        document: #"{"withdrawals": [{"order", "sum", "processed_at", "refunded_at"}]}"#)

    static let userLedger = history(
        .ledger, "list the changes of a user's balance, newest first",
        document: #"{"ledger": [{"kind", "order", "points", "balance_after", "at", "author", "reason"}]}"#)

    private static func history(_ list: CustomerList, _ summary: String, document: String) -> OwnerCommand {
        OwnerCommand(
            "user \(list.rawValue)", summary, UserHistory.self, operands: ["LOGIN"],
            options: [.userID.replacing("LOGIN"), .rowLimit, .json], document: document, statuses: Statuses.find
        ) { invocation, _ throws(Refusal) in
            let limit = try limit(invocation)
            let operation = UserHistory(
                user: try invocation.user(), list: list, before: .max, limit: Int64(min(limit, Page.rowsMax)))
            return OwnerRequest(operation, rowsName: list.rawValue, rowsMax: limit)
        }
    }
}

extension CommandOption {
    fileprivate static let rowLimit = CommandOption(
        "--limit", "N", "the largest number of rows, newest first; by default 50")
}
