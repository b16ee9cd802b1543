import CommandLine
import JSON
import Loyalty
import Storage

/// A page of the staff or of the keys, those after a given account.
struct StaffList: StoreOperation, Equatable {
    let isOfKeys: Bool
    /// The id of the last account of the page before; 0 for the first page.
    let after: Int64

    static var wire: WireForm<Self> {
        WireForm("staff", .bool("keys", \.isOfKeys), .integer("after", \.after)) { Self(isOfKeys: $0, after: $1) }
    }

    var summary: String { isOfKeys ? "key list" : "staff list" }

    func next(from position: Int64, wanted: Int?) -> Self? {
        position > after ? Self(isOfKeys: isOfKeys, after: position) : nil
    }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        let kind = isOfKeys ? StaffAccount.Kind.key : .person
        let rest = try context.repository.staff().filter { $0.kind == kind && $0.id.rawValue > after }
        let accounts = rest.prefix(Page.rowsMax)
        for account in accounts { row(account.document) }
        return .success(JSONObject([:]), next: accounts.count < rest.count ? accounts.last?.id.rawValue : nil)
    }
}

extension OwnerCommand {
    static let staffList = OwnerCommand(
        "staff list", "list the members of the staff, and when they signed in last", StaffList.self, options: [.json],
        document: #"{"staff": [{"name", "role", "state", "created_at", "last_used_at"}]}"#
    ) { _, _ in OwnerRequest(StaffList(isOfKeys: false, after: 0), rowsName: "staff") }

    static let keyList = OwnerCommand(
        "key list", "list the API keys, and when they were used last", StaffList.self, options: [.json],
        document: #"{"keys": [{"name", "role", "state", "created_at", "last_used_at"}]}"#
    ) { _, _ in OwnerRequest(StaffList(isOfKeys: true, after: 0), rowsName: "keys") }
}
