import JSON

/// An operation that a command line asks for, and how its answer is printed.
struct OwnerRequest {
    let operation: any OwnerOperation
    /// The answer, if the command line alone gives it: then the operation is not done. Else `nil`.
    var answer: CommandResult?
    /// True if the answer is a JSON document even without `--json`.
    var isAlwaysJSON = false
    /// The name of the rows in the JSON document; `nil` if the answer has no rows.
    var rowsName: String?
    /// Members of the JSON document that the server does not know, such as a generated password.
    var extra = JSONObject([:])
    /// The largest number of rows; `nil` for all.
    var rowsMax: Int?
    /// The question that a person answers before the operation; `nil` if there is none.
    var question: Question?

    /// A question about a change that would not be refused.
    struct Question {
        let text: String
        /// Reads the facts that the change depends on.
        let look: any OwnerOperation
        /// The refusal of the change after the look; `nil` if it may be made.
        let refusal: @Sendable (CommandResult) -> CommandResult?
    }

    init(
        _ operation: any OwnerOperation, answer: CommandResult? = nil, rowsName: String? = nil,
        extra: JSONObject = JSONObject([:]), rowsMax: Int? = nil, isAlwaysJSON: Bool = false,
        question: Question? = nil
    ) {
        self.operation = operation
        self.question = question
        self.answer = answer
        self.isAlwaysJSON = isAlwaysJSON
        self.rowsName = rowsName
        self.extra = extra
        self.rowsMax = rowsMax
    }

    /// The operation that asks for the page after `previous`; `nil` if no more is wanted. If a server repeats a
    /// position, there is no next page, so that such a server can't keep the command busy for ever.
    ///
    /// - Parameter taken: the number of rows so far.
    func operation(after previous: any OwnerOperation, next: Int64, taken: Int) -> (any OwnerOperation)? {
        let wanted = rowsMax.map { $0 - taken }
        if let wanted, wanted <= 0 { return nil }
        return previous.next(from: next, wanted: wanted)
    }
}
