import CommandLine
import JSON
import Loyalty
import Storage
import Text

/// Adds a user without a session.
struct UserAdd: StoreOperation, Equatable {
    let login: String
    let hash: PasswordHash

    static var wire: WireForm<Self> {
        WireForm("add_user", .text("login", \.login), .hash("password_hash", \.hash)) { Self(login: $0, hash: $1) }
    }

    static let isChange = true

    var summary: String { "user add \(login)" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        guard let valid = try? Login(login) else {
            return .failure(ExitStatus.refused, "a login has 1 to \(Login.bytesMax) bytes")
        }
        guard case .customer = try context.apply(.addCustomer(valid, hash)) else {
            return .failure(ExitStatus.refused, "the login \(login.oneLine) is taken")
        }
        return .success(JSONObject(["login": .string(login)]), text: "\(login.oneLine) is added\n")
    }
}

extension OwnerCommand {
    static let userAdd = OwnerCommand(
        "user add", "add a user", UserAdd.self, operands: ["LOGIN"], options: [.generate, .json],
        details: [OwnerQuestion.passwordSource],
        document: #"{"login", "password"}, the password only if it was generated"#,
        statuses: Statuses.read + [ExitStatus.refused], effect: .changes
    ) { invocation, configuration throws(Refusal) in
        let (password, hash) = try OwnerQuestion.password(
            invocation, bytesMin: configuration.accounts.passwordBytesMin)
        let extra = invocation.has(.generate) ? JSONObject(["password": .string(password.text)]) : JSONObject([:])
        return OwnerRequest(UserAdd(login: invocation.operand, hash: hash), extra: extra)
    }
}
