import CommandLine
import Crypto
import JSON
import Loyalty
import Storage

/// Adds an API key. The server gets only the SHA-256 of its token.
struct KeyAdd: StoreOperation, Equatable {
    let name: StaffName
    let role: StaffRole
    let hash: SessionID

    static var wire: WireForm<Self> {
        WireForm("add_key", .staffName(\.name), .role(\.role), .keyHash(\.hash)) {
            Self(name: $0, role: $1, hash: $2)
        }
    }

    static let isChange = true

    var summary: String { "key add \(name.text) as \(role)" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        .addition(try context.apply(.addKey(name, role, hash)), of: name, role, kind: .key)
    }
}

extension OwnerCommand {
    static let keyAdd = OwnerCommand(
        "key add", "make an API key for a cash register, and print its token once", KeyAdd.self, operands: ["NAME"],
        options: [.role.needed, .json],
        details: ["A program sends the token with each request: Authorization: Bearer TOKEN."],
        document: #"{"name", "role", "token"}"#, statuses: Statuses.read + [ExitStatus.refused], effect: .changes
    ) { invocation, _ throws(Refusal) in
        let tokens = SodiumTokens()
        let token = tokens.makeToken()
        let operation = KeyAdd(
            name: try invocation.newStaffName(), role: try invocation.role(), hash: tokens.id(of: token))
        return OwnerRequest(operation, extra: JSONObject(["token": .string(token.text)]))
    }
}
