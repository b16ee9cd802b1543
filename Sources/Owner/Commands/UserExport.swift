import API
import CommandLine
import Eventual
import JSON
import Loyalty
import Storage

/// A part of everything that is stored about a user: the first part has the account, the others a page of a list.
struct UserExport: StoreOperation, Equatable {
    let user: UserSelector
    /// `nil` for the first part.
    let list: CustomerList?
    /// The position that the page before gave; `Int64.max` for the first page of a list.
    let before: Int64

    /// The number of records in a part. A command without a server opens the store for each part, which takes as long
    /// as reading a few hundred records. A thousand are about 200 kB, and 8 MB at most: numbers of 1,024 digits, and
    /// reasons of 1,000 control characters.
    private static let recordsMax = 1000

    /// The position of the next list's first page. No record has it.
    private static let nextList: Int64 = 0

    static var wire: WireForm<Self> {
        WireForm("export_user", .user(\.user), .list(\.list), .integer("before", \.before), make: Self.init)
    }

    /// The first part is recorded among the actions.
    static let isChange = true

    var summary: String { "user export \(user)" }

    var rowsName: String? { list?.rawValue }

    /// After the first part, the position is the user's id: if the login goes to another user meanwhile, that user's
    /// records are not mixed with these.
    func next(from position: Int64, wanted: Int?) -> Self? {
        guard let list else {
            return UserSelector(id: position).map { Self(user: $0, list: CustomerList.allCases[0], before: .max) }
        }
        if position == Self.nextList { return list.next.map { Self(user: user, list: $0, before: .max) } }
        return position < before ? Self(user: user, list: list, before: position) : nil
    }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        guard let list else { return try begin(in: context) }
        guard case .id(let id) = user else { return .failure(ExitStatus.refused, "a list needs the user's id") }
        let part = try context.repository.readAsStaff {
            repository throws(LoyaltyError) -> Eventual<CustomerList.Part?, LoyaltyError> in
            try repository.customer(id).then { account throws(LoyaltyError) in
                guard account != nil else { return .now(nil) }
                return try list.page(
                    of: id, from: before == .max ? nil : PageCursor(rawValue: before), limit: Self.recordsMax,
                    in: repository
                ).map { .some($0) }
            }
        }
        guard let part else { return .failure(ExitStatus.notFound, "the user was deleted during the export") }
        for record in JSONObject.objects(part.array) { row(record) }
        return .success(JSONObject([:]), next: part.next?.rawValue ?? (list.next == nil ? nil : Self.nextList))
    }

    private func begin(in context: OperationContext) throws(StoreError) -> CommandResult {
        guard case .customer(let account, _) = try context.apply(.exportCustomer(user)) else { return .noUser(user) }
        let signIns = try context.repository.readAsStaff { repository throws(LoyaltyError) in
            try repository.signIns(of: account.id)
        }
        return .success(JSONObject(CustomerExport.head(of: account, signIns)), next: account.id.rawValue)
    }
}

extension CustomerList {
    /// The list after this one; `nil` for the last.
    fileprivate var next: CustomerList? {
        Self.allCases.drop { $0 != self }.dropFirst().first
    }
}

extension OwnerCommand {
    static let userExport = OwnerCommand(
        "user export", "print everything that is stored about a user as JSON", UserExport.self, operands: ["LOGIN"],
        options: [.userID.replacing("LOGIN"), .json],
        details: [
            "The document is one line, with or without --json, and is the one that the staff's page saves.",
            "If a part of it could not be read, the exit status is not 0, and the document has no end.",
        ],
        document:
            #"{"customer": {…}, "sessions_end_at": […], "sign_in_places_used_at": […], "orders": […], "withdrawals": […], "ledger": […], "actions": […]}"#,
        statuses: Statuses.find, effect: .changes
    ) { invocation, _ throws(Refusal) in
        OwnerRequest(UserExport(user: try invocation.user(), list: nil, before: .max), isAlwaysJSON: true)
    }
}
