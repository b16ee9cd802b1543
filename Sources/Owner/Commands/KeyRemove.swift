import CommandLine
import JSON
import Loyalty
import Storage
import Text

/// Revokes an API key.
struct KeyRemove: StoreOperation, Equatable {
    let name: StaffName

    static var wire: WireForm<Self> { WireForm("remove_key", .staffName(\.name), make: Self.init) }

    static let isChange = true

    var summary: String { "key remove \(name.text)" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        .change(try context.apply(.removeKey(name)), of: name, .key, changed: "the key is revoked")
    }
}

extension OwnerCommand {
    static let keyRemove = OwnerCommand(
        "key remove", "revoke an API key", KeyRemove.self, operands: ["NAME"], options: [.yes, .json],
        details: ["A program that has the key's token can do nothing with it from now on.", confirmation],
        document: #"{"name", "changed"}"#, statuses: Statuses.change, effect: .changes
    ) { invocation, _ throws(Refusal) in
        let name = try invocation.staffName(.key)
        try OwnerQuestion.confirm("Revoke the key \(name.text.oneLine)?", invocation)
        return OwnerRequest(KeyRemove(name: name))
    }
}
