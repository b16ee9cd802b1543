import CommandLine
import JSON
import Loyalty
import Storage

/// Lets a user sign in, or keeps the user from it and ends the user's sessions.
struct UserSetEnabled: StoreOperation, Equatable {
    let user: UserSelector
    let isEnabled: Bool

    static var wire: WireForm<Self> {
        WireForm("set_enabled", .user(\.user), .bool("enabled", \.isEnabled)) { Self(user: $0, isEnabled: $1) }
    }

    static let isChange = true

    var summary: String { "user \(isEnabled ? "enable" : "disable") \(user)" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        .change(
            try context.apply(.setCustomerEnabled(user, isEnabled)), of: user,
            changed: isEnabled ? "can sign in again" : "can't sign in any more, and the sessions have ended",
            unchanged: isEnabled ? "can sign in already" : "is disabled already")
    }
}

extension OwnerCommand {
    static let userDisable = OwnerCommand(
        "user disable", "keep a user from signing in, and end the user's sessions", UserSetEnabled.self,
        operands: ["LOGIN"], options: [.userID.replacing("LOGIN"), .json], document: #"{"login", "changed"}"#,
        statuses: Statuses.find, effect: .changes
    ) { invocation, _ throws(Refusal) in
        OwnerRequest(UserSetEnabled(user: try invocation.user(), isEnabled: false))
    }

    static let userEnable = OwnerCommand(
        "user enable", "let a user sign in again", UserSetEnabled.self, operands: ["LOGIN"],
        options: [.userID.replacing("LOGIN"), .json], document: #"{"login", "changed"}"#, statuses: Statuses.find,
        effect: .changes
    ) { invocation, _ throws(Refusal) in
        OwnerRequest(UserSetEnabled(user: try invocation.user(), isEnabled: true))
    }
}
