import CommandLine
import JSON
import Loyalty
import Storage

/// Opens or closes the registration of customers.
struct RegistrationSet: StoreOperation, Equatable {
    let isOpen: Bool

    static var wire: WireForm<Self> { WireForm("set_registration", .bool("open", \.isOpen), make: Self.init) }

    static let isChange = true

    var summary: String { "registration \(isOpen ? "open" : "close")" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        guard case .done(let isChanged) = try context.apply(.setRegistration(isOpen: isOpen)) else {
            return .failure(ExitStatus.software, "the registration could not be set")
        }
        let state = isOpen ? "open" : "closed"
        return .success(
            JSONObject(["open": .bool(isOpen), "changed": .bool(isChanged)]),
            text: isChanged ? "registration is \(state)\n" : "registration was \(state) already\n")
    }
}

extension OwnerCommand {
    static let registrationOpen = OwnerCommand(
        "registration open", "let customers register themselves, whatever the configuration says",
        RegistrationSet.self, options: [.json], document: #"{"open", "changed"}"#, effect: .changes
    ) { _, _ in OwnerRequest(RegistrationSet(isOpen: true)) }

    static let registrationClose = OwnerCommand(
        "registration close", "keep customers from registering themselves, whatever the configuration says",
        RegistrationSet.self, options: [.json],
        details: ["Staff can add customers all the same, and so can martlet user add."],
        document: #"{"open", "changed"}"#, effect: .changes
    ) { _, _ in OwnerRequest(RegistrationSet(isOpen: false)) }
}
