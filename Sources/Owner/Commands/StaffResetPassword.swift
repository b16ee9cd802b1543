import CommandLine
import JSON
import Loyalty
import Storage

/// Sets another password of a member of the staff, and ends their sessions.
struct StaffResetPassword: StoreOperation, Equatable {
    let name: StaffName
    let hash: PasswordHash

    static var wire: WireForm<Self> {
        WireForm("set_staff_password", .staffName(\.name), .hash("password_hash", \.hash)) {
            Self(name: $0, hash: $1)
        }
    }

    static let isChange = true

    var summary: String { "staff reset-password \(name.text)" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        .change(
            try context.apply(.setStaffPassword(name, hash)), of: name,
            changed: "the password is set, and the sessions have ended")
    }
}

extension OwnerCommand {
    static let staffResetPassword = OwnerCommand(
        "staff reset-password", "set another password of a member of the staff, and end their sessions",
        StaffResetPassword.self, operands: ["NAME"], options: [.generate, .json],
        details: [OwnerQuestion.passwordSource],
        document: #"{"name", "changed", "password"}, the password only if it was generated"#,
        statuses: Statuses.change, effect: .changes
    ) { invocation, configuration throws(Refusal) in
        // The name is read before the person is asked for a password.
        let name = try invocation.staffName(.person)
        let (password, hash) = try OwnerQuestion.password(
            invocation, bytesMin: configuration.staff.passwordBytesMin)
        let extra = invocation.has(.generate) ? JSONObject(["password": .string(password.text)]) : JSONObject([:])
        return OwnerRequest(StaffResetPassword(name: name, hash: hash), extra: extra)
    }
}
