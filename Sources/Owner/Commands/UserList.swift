import CommandLine
import JSON
import Loyalty
import Storage

/// A page of the users, those after a given one.
struct UserList: StoreOperation, Equatable {
    /// The id of the last user of the page before; 0 for the first page.
    let after: Int64

    static var wire: WireForm<Self> { WireForm("users", .integer("after", \.after), make: Self.init) }

    var summary: String { "user list" }

    func next(from position: Int64, wanted: Int?) -> Self? { position > after ? Self(after: position) : nil }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        let users = try context.repository.users(after: UserID(rawValue: after), limit: Page.rowsMax)
        for user in users { row(user.document) }
        return .success(JSONObject([:]), next: users.count == Page.rowsMax ? users.last?.id.rawValue : nil)
    }
}

extension OwnerCommand {
    static let userList = OwnerCommand(
        "user list", "list the users and their balances", UserList.self, options: [.json],
        document: #"{"users": [{"login", "state", "current", "withdrawn", "created_at", "id"}]}"#
    ) { _, _ in OwnerRequest(UserList(after: 0), rowsName: "users") }
}
