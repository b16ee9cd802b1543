import CPostgres

/// A message of a channel to which a connection listens (sql-notify.html).
package struct ServerNotification: Equatable, Sendable {
    package let channel: String
    package let payload: String
    /// The number of the server's process that sent it.
    package let processID: Int
}

/// The messages that a server sends in addition to its answers: notifications, warnings, and errors of an idle session.
/// It is used by its connection alone.
final class Inbox {
    private let library: PostgresLibrary
    private let notificationsMax: Int
    private var notifications: [ServerNotification] = []
    private var warnings: [ServerWarning] = []
    /// The first error that arrived while no answer was awaited; `nil` if there was none.
    private(set) var idleError: PostgresError?
    private var answerBytes = 0

    /// The number of warnings that are kept until they are taken. Later ones are dropped.
    private static let warningsMax = 16

    init(_ library: PostgresLibrary, notificationsMax: Int) {
        precondition(notificationsMax > 0, "notificationsMax must be positive")
        self.library = library
        self.notificationsMax = notificationsMax
    }

    /// Moves the notifications that libpq has read into the inbox.
    ///
    /// - Throws: if there are more notifications than may be kept. None is dropped, since it would be missed for good.
    func collect(from handle: OpaquePointer) throws(PostgresError) {
        while let notification = library.functions.PQnotifies(handle) {
            defer { library.functions.PQfreemem(notification) }
            guard notifications.count < notificationsMax else {
                throw PostgresError(.protocolViolation, "more notifications arrived than are kept")
            }
            guard let channel = String(validatingCString: notification.pointee.relname),
                let payload = String(validatingCString: notification.pointee.extra)
            else { throw PostgresError(.protocolViolation, "a notification is not UTF-8") }
            notifications.append(
                ServerNotification(
                    channel: channel, payload: payload, processID: Int(notification.pointee.be_pid)))
        }
    }

    func takeNotifications() -> [ServerNotification] {
        defer { notifications.removeAll() }
        return notifications
    }

    func takeWarnings() -> [ServerWarning] {
        defer { warnings.removeAll() }
        return warnings
    }

    /// Begins to count the bytes of an answer.
    func beginAnswer() { answerBytes = 0 }

    /// Counts bytes that have arrived. Returns false if the answer has more than `max`.
    func noteBytes(_ count: Int, max: Int) -> Bool {
        answerBytes += count
        return answerBytes <= max
    }

    var hasNotifications: Bool { !notifications.isEmpty }

    /// libpq's receiver of notices (PQsetNoticeReceiver). It keeps warnings and errors, and drops messages of lower
    /// severity. libpq treats an error as a notice if no answer is awaited (fe-protocol3.c).
    static func receive(_ context: UnsafeMutableRawPointer?, _ notice: OpaquePointer?) {
        guard let context, let notice else { return }
        let inbox = Unmanaged<Inbox>.fromOpaque(context).takeUnretainedValue()
        let functions = inbox.library.functions
        func field(_ code: CInt) -> String? { functions.PQresultErrorField(notice, code).map { String(cString: $0) } }
        let (state, message) = (field(martlet_pq_state).flatMap(SQLState.init), field(martlet_pq_message) ?? "")
        switch field(martlet_pq_severity) ?? "" {
        case "WARNING":
            guard inbox.warnings.count < warningsMax else { return }
            inbox.warnings.append(ServerWarning(state: state, message: message))
        case "ERROR", "FATAL", "PANIC":
            guard inbox.idleError == nil, let state else { return }
            inbox.idleError = PostgresError(.server(state, isFatal: true), message)
        // Notices of libpq itself have no severity.
        default: return
        }
    }
}
