import CommandLine
import JSON
import Loyalty
import Storage
import Text

/// Erases login, password and sessions of a user.
struct UserDelete: StoreOperation, Equatable {
    let user: UserSelector

    static var wire: WireForm<Self> { WireForm("delete_user", .user(\.user), make: Self.init) }

    static let isChange = true

    var summary: String { "user delete \(user)" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        .change(
            try context.apply(.deleteCustomer(user)), of: user, changed: "is deleted; order numbers and ledger stay")
    }
}

extension OwnerCommand {
    static let userDelete = OwnerCommand(
        "user delete", "erase a user's login, password and sessions", UserDelete.self, operands: ["LOGIN"],
        options: [.userID.replacing("LOGIN"), .yes, .json],
        details: [
            "Order numbers and ledger stay, so that no order is ever credited twice. The login becomes free again.",
            confirmation,
        ], document: #"{"login", "changed"}"#, statuses: Statuses.change, effect: .changes
    ) { invocation, _ throws(Refusal) in
        let user = try invocation.user()
        guard try OwnerQuestion.isNeeded(invocation) else { return OwnerRequest(UserDelete(user: user)) }
        let question = OwnerRequest.Question(
            text: "Delete the user \(user.description.oneLine)?", look: UserShow(user: user)
        ) { shown in
            shown.status == ExitStatus.success ? nil : shown
        }
        return OwnerRequest(UserDelete(user: user), question: question)
    }
}
