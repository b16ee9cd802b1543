import CommandLine
import JSON
import Loyalty
import Storage
import Text

/// Erases name, password and sessions of a member of the staff.
struct StaffDelete: StoreOperation, Equatable {
    let name: StaffName

    static var wire: WireForm<Self> { WireForm("delete_staff", .staffName(\.name), make: Self.init) }

    static let isChange = true

    var summary: String { "staff delete \(name.text)" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        .change(
            try context.apply(.deleteStaff(name)), of: name, changed: "is deleted; the record of actions stays")
    }
}

extension OwnerCommand {
    static let staffDelete = OwnerCommand(
        "staff delete", "erase the name, password and sessions of a member of the staff", StaffDelete.self,
        operands: ["NAME"], options: [.yes, .json],
        details: ["The record of actions keeps the name. Another member of the staff may have it then.", confirmation],
        document: #"{"name", "changed"}"#, statuses: Statuses.change, effect: .changes
    ) { invocation, _ throws(Refusal) in
        let name = try invocation.staffName(.person)
        try OwnerQuestion.confirm("Delete the member of the staff \(name.text.oneLine)?", invocation)
        return OwnerRequest(StaffDelete(name: name))
    }
}
