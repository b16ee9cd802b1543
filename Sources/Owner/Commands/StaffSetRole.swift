import CommandLine
import JSON
import Loyalty
import Storage

/// Gives a member of the staff another role.
struct StaffSetRole: StoreOperation, Equatable {
    let name: StaffName
    let role: StaffRole

    static var wire: WireForm<Self> {
        WireForm("set_staff_role", .staffName(\.name), .role(\.role)) { Self(name: $0, role: $1) }
    }

    static let isChange = true

    var summary: String { "staff set-role \(name.text) \(role)" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        .change(
            try context.apply(.setStaffRole(name, role)), of: name, changed: "has the rights of \(role.withArticle)",
            unchanged: "has the rights of \(role.withArticle) already")
    }
}

extension OwnerCommand {
    static let staffSetRole = OwnerCommand(
        "staff set-role", "give a member of the staff another role", StaffSetRole.self, operands: ["NAME"],
        options: [.role.needed, .json],
        details: ["Open sessions have the new rights from their next request on."],
        document: #"{"name", "changed"}"#, statuses: Statuses.find, effect: .changes
    ) { invocation, _ throws(Refusal) in
        OwnerRequest(StaffSetRole(name: try invocation.staffName(.person), role: try invocation.role()))
    }
}
