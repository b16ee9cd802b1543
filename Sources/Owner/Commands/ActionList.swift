import CommandLine
import JSON
import Loyalty
import Storage

/// A page of the record of actions, those before a given one, newest first.
struct ActionList: StoreOperation, Equatable {
    /// The id of the last action of the page before; `Int64.max` for the first page.
    let before: Int64
    /// The largest number of actions, at most ``Page/rowsMax``.
    let limit: Int64

    static var wire: WireForm<Self> {
        WireForm("actions", .integer("before", \.before), .integer("limit", \.limit)) { before, limit in
            guard (1...Int64(Page.rowsMax)).contains(limit) else { return nil }
            return Self(before: before, limit: limit)
        }
    }

    var summary: String { "actions" }

    func next(from position: Int64, wanted: Int?) -> Self? {
        guard position < before else { return nil }
        return Self(before: position, limit: Int64(min(wanted ?? Page.rowsMax, Page.rowsMax)))
    }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        let actions = try context.repository.actions(before: before, limit: Int(limit))
        for action in actions { row(action.document) }
        return .success(JSONObject([:]), next: actions.count == Int(limit) ? actions.last?.id : nil)
    }
}

extension OwnerCommand {
    static let actions = OwnerCommand(
        "actions", "list the actions of staff, keys and owner, newest first", ActionList.self,
        options: [.actionLimit, .csv, .json],
        details: ["Actions are only ever added to the record. A customer who was deleted has no login in it."],
        document:
            #"{"actions": [{"at", "by", "kind", "role", "action", "login", "user_id", "subject", "points", "note", "address", "id"}]}"#
    ) { invocation, _ throws(Refusal) in
        try refuseTwoForms(invocation)
        let limit = try limit(invocation)
        let operation = ActionList(before: .max, limit: Int64(min(limit, Page.rowsMax)))
        return OwnerRequest(operation, rowsName: "actions", rowsMax: limit)
    }
}

extension OwnerCommand {
    static func refuseTwoForms(_ invocation: Invocation) throws(Refusal) {
        guard !invocation.has(.csv) || !invocation.has(.json) else {
            throw .misuse("--csv and --json exclude each other")
        }
    }
}

extension CommandOption {
    fileprivate static let actionLimit = CommandOption(
        "--limit", "N", "the largest number of actions, newest first; by default 50")
    static let csv = CommandOption("--csv", nil, "print a table as RFC 4180 describes it, for a spreadsheet")
}
