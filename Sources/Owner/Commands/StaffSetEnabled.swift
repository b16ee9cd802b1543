import CommandLine
import JSON
import Loyalty
import Storage

/// Lets a member of the staff sign in, or keeps them from it and ends their sessions.
struct StaffSetEnabled: StoreOperation, Equatable {
    let name: StaffName
    let isEnabled: Bool

    static var wire: WireForm<Self> {
        WireForm("set_staff_enabled", .staffName(\.name), .bool("enabled", \.isEnabled)) {
            Self(name: $0, isEnabled: $1)
        }
    }

    static let isChange = true

    var summary: String { "staff \(isEnabled ? "enable" : "disable") \(name.text)" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        .change(
            try context.apply(.setStaffEnabled(name, isEnabled)), of: name,
            changed: isEnabled ? "can sign in again" : "can't sign in any more, and the sessions have ended",
            unchanged: isEnabled ? "can sign in already" : "is disabled already")
    }
}

extension OwnerCommand {
    static let staffDisable = OwnerCommand(
        "staff disable", "keep a member of the staff from signing in, and end their sessions", StaffSetEnabled.self,
        operands: ["NAME"], options: [.json], document: #"{"name", "changed"}"#, statuses: Statuses.find,
        effect: .changes
    ) { invocation, _ throws(Refusal) in
        OwnerRequest(StaffSetEnabled(name: try invocation.staffName(.person), isEnabled: false))
    }

    static let staffEnable = OwnerCommand(
        "staff enable", "let a member of the staff sign in again", StaffSetEnabled.self, operands: ["NAME"],
        options: [.json], document: #"{"name", "changed"}"#, statuses: Statuses.find, effect: .changes
    ) { invocation, _ throws(Refusal) in
        OwnerRequest(StaffSetEnabled(name: try invocation.staffName(.person), isEnabled: true))
    }
}

/// Results of changes of the staff's accounts.
extension CommandResult {
    static func noStaff(_ name: String, _ kind: StaffAccount.Kind) -> CommandResult {
        let refusal = Refusal.noStaff(name, kind)
        return .failure(refusal.status, refusal.reason)
    }

    /// - Parameters:
    ///   - changed: what the change did, after the name and a colon.
    ///   - unchanged: the state that the account had already.
    static func change(
        _ result: ShopChangeResult, of name: StaffName, _ kind: StaffAccount.Kind = .person, changed: String,
        unchanged: String = ""
    ) -> CommandResult {
        guard case .staff(_, let isChanged) = result else { return noStaff(name.text, kind) }
        return .success(
            JSONObject(["name": .string(name.text), "changed": .bool(isChanged)]),
            text: "\(name.text): \(isChanged ? changed : unchanged)\n")
    }
}
