import CommandLine
import JSON
import Storage

/// The registration as the owner has set it.
struct RegistrationShow: StoreOperation, Equatable {
    static var wire: WireForm<Self> { WireForm("registration", make: Self.init) }

    var summary: String { "registration show" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        let isOpen = try context.repository.isRegistrationOpen()
        let text =
            switch isOpen {
            case true?: "registration is open\n"
            case false?: "registration is closed\n"
            case nil: "registration is as accounts.registration of the configuration says\n"
            }
        return .success(JSONObject(["open": isOpen.map { .bool($0) } ?? .null]), text: text)
    }
}

extension OwnerCommand {
    static let registrationShow = OwnerCommand(
        "registration show", "show whether the owner has opened or closed registration", RegistrationShow.self,
        options: [.json], document: #"{"open"}, null if the configuration decides"#
    ) { _, _ in OwnerRequest(RegistrationShow()) }
}
