import CommandLine
import JSON
import Loyalty
import Storage

/// A user, with the newest entries of the ledger as rows.
struct UserShow: StoreOperation, Equatable {
    let user: UserSelector

    /// The number of entries of the ledger.
    private static let entriesMax = 20

    static var wire: WireForm<Self> { WireForm("user", .user(\.user), make: Self.init) }

    var summary: String { "user show \(user)" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        guard let details = try context.repository.user(user, entries: Self.entriesMax) else { return .noUser(user) }
        for entry in details.entries { row(entry.document) }
        let counts = JSONObject([
            "orders": .integer(details.orderCount), "withdrawals": .integer(details.withdrawalCount),
        ])
        return .success(details.account.document + counts)
    }
}

extension OwnerCommand {
    static let userShow = OwnerCommand(
        "user show", "show a user, and the newest entries of the ledger", UserShow.self, operands: ["LOGIN"],
        options: [.userID.replacing("LOGIN"), .json],
        document:
            #"{"login", "state", "current", "withdrawn", "created_at", "id", "orders", "withdrawals", "ledger": [{"at", "kind", "order", "points", "balance", "by", "reason"}]}"#,
        statuses: Statuses.find
    ) { invocation, _ throws(Refusal) in
        OwnerRequest(UserShow(user: try invocation.user()), rowsName: "ledger")
    }
}
