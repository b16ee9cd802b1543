import Changes
import JSON
import Loyalty

/// Writes events (WHATWG HTML, section 9.2.5): lines of a name and a value, and an empty line after the last.
enum EventText {
    static let heartbeat = Array(": heartbeat\n\n".utf8)

    /// A comment and, if `position` is given, an id.
    ///
    /// A block with an id and without data sets the client's last event id and dispatches no event (WHATWG HTML,
    /// section 9.2.6). So a client that loses its connection before its first event also has an id to send when it
    /// reconnects. It gets the events that it missed, or a reset after a restart of the server.
    static func writeWelcome(at position: ChangeID?, into bytes: inout [UInt8]) {
        bytes += ": events from now on\n".utf8
        if let position { bytes += "id: \(position.rawValue)\n".utf8 }
        bytes += "\n".utf8
    }

    static func write(_ logged: LoggedChange, into bytes: inout [UInt8]) {
        var writer = JSONWriter()
        switch logged.change.kind {
        case .order(let order):
            writer.order(order)
            write("order", logged.id, writer.bytes, into: &bytes)
        case .balance(let balance):
            writer.balance(balance)
            write("balance", logged.id, writer.bytes, into: &bytes)
        }
    }

    /// Tells the client that it missed events which the log no longer has, and has to read everything again. The client
    /// resumes after this id.
    static func writeReset(at position: ChangeID, into bytes: inout [UInt8]) {
        write("reset", position, Array("{}".utf8), into: &bytes)
    }

    private static func write(_ name: String, _ id: ChangeID, _ data: [UInt8], into bytes: inout [UInt8]) {
        bytes += "id: \(id.rawValue)\nevent: \(name)\ndata: ".utf8
        bytes += data
        bytes += "\n\n".utf8
    }
}
