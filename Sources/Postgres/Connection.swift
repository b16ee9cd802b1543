import CPostgres
import Glibc
import Posix
import Text

/// One connection to a server, in libpq's pipeline mode (postgresql.org/docs/current/libpq-pipeline-mode.html). It is
/// closed at the end of its owner's life.
///
/// A caller sends statements and then synchronization points, and reads the answers in the same order. All statements
/// between two synchronization points are one transaction, without `BEGIN` and `COMMIT`: the server commits at the
/// synchronization point, and after an error it skips the rest and rolls back.
///
/// No call waits beyond its deadline. After an error that ``PostgresError/isEndOfConnection``, a connection can't be
/// used any more, and every call repeats that error.
///
/// A connection belongs to one thread at a time.
package struct Connection: ~Copyable, @unchecked Sendable {
    // Safe: libpq's structure has no thread of its own, and only the owner of this value uses it.
    let handle: OpaquePointer
    let library: PostgresLibrary
    let limits: ConnectionLimits
    let inbox: Inbox
    /// The host that took the connection.
    package let host: ConnectionAddress.Host
    /// Everything that was sent and has not been answered, oldest first.
    var pending = PendingAnswers()
    /// The error after which the connection can't be used any more.
    private(set) var end: PostgresError?
    /// Ends waits for answers, even if the server hangs: once it is cancelled, the server has a second left to end its
    /// statement (``CancelHandle``). `nil` if waits can't be cancelled. A commit must not be cancelled.
    package var cancellation: Cancellation?
    /// The end of that second; `nil` until a wait notices the cancellation.
    var cancellationEnd: Deadline?

    init(
        owning handle: OpaquePointer, _ library: PostgresLibrary, to host: ConnectionAddress.Host,
        limits: ConnectionLimits
    ) throws(PostgresError) {
        self.handle = handle
        self.library = library
        self.host = host
        self.limits = limits
        inbox = Inbox(library, notificationsMax: limits.notificationsMax)
        // Unmanaged: the inbox lives as long as this value, and libpq calls the receiver only within this value's
        // calls.
        _ = library.functions.PQsetNoticeReceiver(
            handle, { context, notice in Inbox.receive(context, notice) }, Unmanaged.passUnretained(inbox).toOpaque())
        guard library.functions.PQsetnonblocking(handle, 1) == 0, library.functions.PQenterPipelineMode(handle) == 1
        else { throw PostgresError(.refusedCall, Self.message(of: handle, library)) }
    }

    deinit {
        library.functions.PQfinish(handle)
    }

    /// The descriptor of the socket, for a poller. It belongs to libpq.
    package var socket: CInt { library.functions.PQsocket(handle) }

    /// The server's version, such as 150018 for 15.18.
    package var serverVersion: Int { Int(library.functions.PQserverVersion(handle)) }

    /// The number of the server's process, as the server gave it when the connection was made.
    package var processID: Int { Int(library.functions.PQbackendPID(handle)) }

    package var isEncrypted: Bool { library.functions.PQsslInUse(handle) == 1 }

    /// A parameter that the server reports, such as `server_encoding`; `nil` if it reports none of this name.
    package func reportedParameter(_ name: String) -> String? {
        library.functions.PQparameterStatus(handle, name).map { String(cString: $0) }
    }

    /// True from the moment at which a synchronization point was handed over until its answer has been read: an error
    /// in between leaves open whether the transaction was committed (``CommitFate/after(_:isCommitSent:)``).
    package var isCommitPending: Bool { pending.hasSynchronization }

    /// The number of answers that have not been read.
    package var pendingCount: Int { pending.count }

    // MARK: Sending

    /// Makes the server prepare a statement. The answer is ``Answer/done``.
    package mutating func sendPreparation(of statement: PreparedStatement) throws(PostgresError) {
        try requireOpen()
        let sent = statement.types.map(\.rawValue).withUnsafeBufferPointer { types in
            library.functions.PQsendPrepare(
                handle, statement.name, statement.sql, CInt(types.count), types.baseAddress)
        }
        try noteSent(sent, .statement(statement.name, hasRows: false))
    }

    /// Sends a statement that this connection has prepared. The answer is ``Answer/rows(_:)``.
    package mutating func send(
        _ statement: PreparedStatement, _ parameters: Parameters = Parameters()
    ) throws(PostgresError) {
        precondition(parameters.types == statement.types, "the parameters must have the types of the statement")
        try requireOpen()
        let sent = parameters.withPointers { values, lengths, formats in
            library.functions.PQsendQueryPrepared(
                handle, statement.name, CInt(parameters.count), values, lengths, formats, 1)
        }
        try noteSent(sent, .statement(statement.name, hasRows: true))
    }

    /// Sends a statement once, without preparing it. The answer is ``Answer/rows(_:)``.
    ///
    /// - Parameter sql: one statement without U+0000. Errors name it by its verb and its table.
    package mutating func send(_ sql: String, _ parameters: Parameters = Parameters()) throws(PostgresError) {
        try requireOpen()
        let sent = parameters.withPointers { values, lengths, formats in
            parameters.types.map(\.rawValue).withUnsafeBufferPointer { types in
                library.functions.PQsendQueryParams(
                    handle, sql, CInt(parameters.count), types.baseAddress, values, lengths, formats, 1)
            }
        }
        try noteSent(sent, .statement(sql.statementName, hasRows: true))
    }

    /// Makes the server send the answers so far without ending the transaction.
    package mutating func sendFlushRequest() throws(PostgresError) {
        try requireOpen()
        guard library.functions.PQsendFlushRequest(handle) == 1 else { throw ending(refusal()) }
    }

    /// Ends the transaction, which commits it unless a statement failed. The answer is ``Answer/synchronized``.
    package mutating func sendSynchronization() throws(PostgresError) {
        try requireOpen()
        // The answer is expected from now on, since a call that fails may have handed over a part.
        pending.append(.synchronization)
        guard library.functions.PQpipelineSync(handle) == 1 else { throw ending(refusal()) }
    }

    /// Takes the notifications that have arrived, in the order in which their transactions were committed.
    package func takeNotifications() -> [ServerNotification] { inbox.takeNotifications() }

    /// Takes the warnings that have arrived since the last call.
    package func takeWarnings() -> [ServerWarning] { inbox.takeWarnings() }

    // MARK: Ends

    /// Notes an error after which the connection can't be used any more, and returns it.
    mutating func ending(_ error: PostgresError) -> PostgresError {
        if end == nil { end = error }
        return error
    }

    func requireOpen() throws(PostgresError) {
        if let end { throw end }
    }

    /// The error of a call that libpq has just refused.
    func refusal() -> PostgresError {
        let isLost = library.functions.PQstatus(handle) == CONNECTION_BAD
        return PostgresError(isLost ? .connectionLost : .refusedCall, Self.message(of: handle, library))
    }

    private mutating func noteSent(_ result: CInt, _ answer: PendingAnswers.Kind) throws(PostgresError) {
        guard result == 1 else { throw ending(refusal()) }
        pending.append(answer)
    }

    static func message(of handle: OpaquePointer, _ library: PostgresLibrary) -> String {
        guard let text = library.functions.PQerrorMessage(handle) else { return "" }
        let lines = String(cString: text).split(separator: "\n").map { String($0.drop { $0 == "\t" || $0 == " " }) }
        return lines.isEmpty ? "libpq gave no reason" : lines.joined(separator: "; ")
    }
}

extension Parameters {
    /// Calls `body` with the arrays that libpq's calls take.
    fileprivate func withPointers<Result>(
        _ body: (
            _ values: UnsafePointer<UnsafePointer<CChar>?>?, _ lengths: UnsafePointer<CInt>?,
            _ formats: UnsafePointer<CInt>?
        ) -> Result
    ) -> Result {
        bytes.withUnsafeBytes { buffer in
            // A null pointer is NULL, so an empty value needs an address, too.
            let empty: UnsafePointer<CChar> = Self.emptyValue
            let start = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            let values = ranges.map { range -> UnsafePointer<CChar>? in
                range.map { range in start.map { $0 + range.lowerBound } ?? empty }
            }
            let lengths = ranges.map { CInt($0?.count ?? 0) }
            let formats = [CInt](repeating: 1, count: ranges.count)
            return body(values, lengths, formats)
        }
    }

    private nonisolated(unsafe) static let emptyValue: UnsafePointer<CChar> = {
        let address = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
        address.initialize(to: 0)
        return UnsafePointer(address)
    }()
}
