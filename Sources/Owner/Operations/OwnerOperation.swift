import JSON
import Posix
import Storage

/// Work on the database that the owner asks for. The server that runs on it does the work or, if none runs, the command
/// itself.
///
/// One type holds the arguments of an operation, its form on the control socket, and what it does. An operation
/// conforms to ``StoreOperation`` or to ``FileOperation``, and is known to the server by the entry of its command in
/// ``OwnerCommand/all``.
protocol OwnerOperation: Sendable {
    /// The name and the arguments on the control socket.
    static var wire: WireForm<Self> { get }

    /// True if the operation changes something that customers see.
    static var isChange: Bool { get }

    /// True if the operation may read or change much of the file. Only other such operations wait for it.
    static var isLong: Bool { get }

    /// True if the operation makes a file, so that a signal has to end it in order.
    static var makesFile: Bool { get }

    /// The operation and whom it concerns, for the log. It contains no password.
    var summary: String { get }

    /// The name of the rows in the JSON document, if it depends on the operation and not on the command alone; else
    /// `nil`.
    var rowsName: String? { get }

    /// The operation that asks for the next page; `nil` if no more is wanted.
    ///
    /// - Parameters:
    ///   - position: the position that the server gave with the last page.
    ///   - wanted: the number of rows that are still wanted; `nil` for all.
    func next(from position: Int64, wanted: Int?) -> Self?
}

extension OwnerOperation {
    static var isChange: Bool { false }
    static var isLong: Bool { false }
    static var makesFile: Bool { false }

    var rowsName: String? { nil }

    func next(from position: Int64, wanted: Int?) -> Self? { nil }
}

extension FileOperation {
    static var isLong: Bool { true }
    var madeFile: String? { nil }
}

/// A part of a long answer.
enum Page {
    /// The largest number of rows in one answer; a client asks again for more.
    static let rowsMax = 100
}

/// An operation on users, orders and points.
protocol StoreOperation: OwnerOperation {
    /// Does the operation, on a thread that it may block.
    ///
    /// - Parameter row: gets each row of the answer.
    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult
}

/// An operation on the file as a whole, whichever schema it has. It is always a long one.
protocol FileOperation: OwnerOperation {
    /// The absolute path of the new file that the operation makes; `nil` if it makes none.
    var madeFile: String? { get }

    /// Does the operation, on a thread that it may block.
    ///
    /// - Parameters:
    ///   - cancellation: makes the operation give up.
    ///   - reply: gets the progress, and each row of the answer.
    func run(
        on database: any StoreMaintenance, until cancellation: Cancellation, reply: (OwnerReply) -> Void
    ) throws(StoreError) -> CommandResult
}
