import Posix
import Rewards

/// Asks a running server for an operation. The client trusts the answer as little as possible: the socket may belong to
/// another account, the server may hang, and an answer may have no end.
enum ControlClient {
    /// Why there is no result.
    enum Failure: Error, Equatable, Sendable, CustomStringConvertible {
        case unreachable(SystemError)
        /// The process that listens belongs to another account than the database.
        case stranger(account: String)
        case longCommand
        case silent
        case ended
        case unreadable
        case broken(SystemError)

        var description: String {
            switch self {
            case .unreachable(let error) where error.isTimeout: "it does not answer"
            case .unreachable(let error): "\(error)"
            case .stranger(let account):
                "the process that listens belongs to \(account), and not to the owner of the database"
            case .longCommand: "the command is longer than \(ControlSocket.lineBytesMax) bytes"
            case .silent:
                "it has sent nothing for \(ControlSocket.silenceMilliseconds / 1000) s; look into its log, or restart it"
            case .ended: "it closed the connection before the end of its answer"
            case .unreadable: "its answer can't be understood"
            case .broken(let error): "\(error)"
            }
        }

        /// True if the server may have received the operation, and so may have done it.
        var wasSent: Bool {
            switch self {
            case .unreachable, .stranger, .longCommand: false
            case .silent, .ended, .unreadable, .broken: true
            }
        }
    }

    /// A page is a few KiB for each row. The lines that a server sends every second during a backup of days add up to a
    /// MiB.
    private static let answerBytesMax = 64 * 1024 * 1024
    /// The largest number of rows in an answer, which is that of the goods of a receipt. Pages, days of figures and
    /// rules of a check are fewer.
    private static let rowsMax = Receipt.goodsMax

    static func run(
        _ operation: any OwnerOperation, by author: String, onDatabase path: String, reply: (OwnerReply) -> Void
    ) throws(Failure) -> CommandResult {
        let line = operation.line(by: author)
        guard line.count <= ControlSocket.lineBytesMax else { throw .longCommand }
        let server = try connect(path)
        do throws(SystemError) {
            try server.limitWaiting(milliseconds: ControlSocket.lookMilliseconds)
            try server.send(line)
        } catch {
            throw .broken(error)
        }
        return try result(from: server, reply)
    }

    /// Connects if the process that listens belongs to root, to this account or to the owner of the database.
    private static func connect(_ path: String) throws(Failure) -> UnixSocket {
        let stranger: UInt32
        do throws(SystemError) {
            let server = try UnixSocket(
                connectingTo: ControlSocket.path(ofDatabase: path), withinMilliseconds: ControlSocket.sendMilliseconds)
            let owner = try server.peerUserID()
            if owner == 0 || owner == SystemUser.currentID || owner == File.ownerID(path: path) { return server }
            stranger = owner
        } catch {
            throw .unreachable(error)
        }
        throw .stranger(account: SystemUser.name(of: stranger))
    }

    private static func result(
        from server: borrowing UnixSocket, _ reply: (OwnerReply) -> Void
    ) throws(Failure) -> CommandResult {
        var lines = LineReader(lineBytesMax: ControlSocket.answerLineBytesMax, bytesMax: answerBytesMax)
        var rowCount = 0
        while true {
            let next: LineReader.Next
            do throws(SystemError) {
                next = try lines.next(from: server, withinMilliseconds: ControlSocket.silenceMilliseconds)
            } catch {
                throw .broken(error)
            }
            switch next {
            case .line(let line):
                guard let answer = OwnerReply(line: line) else { throw .unreadable }
                if case .done(let result) = answer { return result }
                if case .row = answer { rowCount += 1 }
                guard rowCount <= rowsMax else { throw .unreadable }
                reply(answer)
            case .end: throw .ended
            case .late: throw .silent
            case .tooLong, .cancelled: throw .unreadable
            }
        }
    }
}
