import CommandLine
import JSON
import Loyalty
import Storage

/// Sets another password, and ends the user's sessions.
struct UserResetPassword: StoreOperation, Equatable {
    let user: UserSelector
    let hash: PasswordHash

    static var wire: WireForm<Self> {
        WireForm("set_password", .user(\.user), .hash("password_hash", \.hash)) { Self(user: $0, hash: $1) }
    }

    static let isChange = true

    var summary: String { "user reset-password \(user)" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        .change(
            try context.apply(.setCustomerPassword(user, hash)), of: user,
            changed: "the password is set, and the sessions have ended")
    }
}

extension OwnerCommand {
    static let userResetPassword = OwnerCommand(
        "user reset-password", "set another password, and end the user's sessions", UserResetPassword.self,
        operands: ["LOGIN"], options: [.userID.replacing("LOGIN"), .generate, .json],
        details: [OwnerQuestion.passwordSource],
        document: #"{"login", "changed", "password"}, the password only if it was generated"#,
        statuses: Statuses.change, effect: .changes
    ) { invocation, configuration throws(Refusal) in
        // The user is read before the person is asked for a password.
        let user = try invocation.user()
        let (password, hash) = try OwnerQuestion.password(
            invocation, bytesMin: configuration.accounts.passwordBytesMin)
        let extra = invocation.has(.generate) ? JSONObject(["password": .string(password.text)]) : JSONObject([:])
        return OwnerRequest(UserResetPassword(user: user, hash: hash), extra: extra)
    }
}
