import CommandLine
import JSON
import Loyalty
import Storage
import Text

/// Adds a member of the staff, who signs in with a password.
struct StaffAdd: StoreOperation, Equatable {
    let name: StaffName
    let role: StaffRole
    let hash: PasswordHash

    static var wire: WireForm<Self> {
        WireForm("add_staff", .staffName(\.name), .role(\.role), .hash("password_hash", \.hash)) {
            Self(name: $0, role: $1, hash: $2)
        }
    }

    static let isChange = true

    var summary: String { "staff add \(name.text) as \(role)" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        .addition(try context.apply(.addStaff(name, role, hash)), of: name, role, kind: .person)
    }
}

extension OwnerCommand {
    static let staffAdd = OwnerCommand(
        "staff add", "add a member of the staff, who signs in to the staff's page", StaffAdd.self, operands: ["NAME"],
        options: [.role.needed, .generate, .json],
        details: [
            "A cashier works at the counter. An owner may do everything, and manages the staff.",
            OwnerQuestion.passwordSource,
        ], document: #"{"name", "role", "password"}, the password only if it was generated"#,
        statuses: Statuses.read + [ExitStatus.refused], effect: .changes
    ) { invocation, configuration throws(Refusal) in
        let (name, role) = (try invocation.newStaffName(), try invocation.role())
        let (password, hash) = try OwnerQuestion.password(
            invocation, bytesMin: configuration.staff.passwordBytesMin)
        let extra = invocation.has(.generate) ? JSONObject(["password": .string(password.text)]) : JSONObject([:])
        return OwnerRequest(StaffAdd(name: name, role: role, hash: hash), extra: extra)
    }
}

extension CommandResult {
    /// The result of adding a member of the staff or a key.
    static func addition(
        _ result: ShopChangeResult, of name: StaffName, _ role: StaffRole, kind: StaffAccount.Kind
    ) -> CommandResult {
        switch result {
        case .staff:
            .success(
                JSONObject(["name": .string(name.text), "role": .string("\(role)")]),
                text: "\(name.text.oneLine) is added as \(role.withArticle)\(kind == .key ? "'s key" : "")\n")
        case .refused(.staffFull):
            .failure(ExitStatus.refused, "there are \(StaffAccount.countMax) members of the staff and keys already")
        default: .failure(ExitStatus.refused, "the name \(name.text.oneLine) is taken by the staff or by a key")
        }
    }
}

extension StaffRole {
    var withArticle: String {
        switch self {
        case .cashier: "a cashier"
        case .owner: "an owner"
        }
    }
}
