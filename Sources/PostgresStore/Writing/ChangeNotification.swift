import Changes
import Loyalty

/// A notification by which an instance passes the events of a transaction on to all instances, itself included
/// (sql-notify.html).
///
/// The server delivers notifications in the order of the commits, and the same order to all listeners. A notification
/// has at most 8,000 bytes, so a transaction may need several: all of them are adjacent. Its text is
/// `INSTANCE.TRANSACTION.PART.PARTS|RECORD;RECORD`, and the record of a kind that a later version adds is skipped.
struct ChangeNotification: Equatable, Sendable {
    static let channel = "martlet"

    /// The fields before the records.
    struct Header: Equatable, Sendable {
        /// The instance's row, and the number of its transaction.
        let instance: Int64
        let transaction: Int64
        /// Counts from 0. Without it, the server would drop the second of two equal notifications.
        let part: Int
        let partCount: Int
    }

    let header: Header
    let events: TransactionEvents

    /// The server refuses texts of 8,000 bytes (async.c). The difference is a reserve.
    static let bytesMax = 7_900
    /// Four numbers and their separators.
    private static let headerBytesMax = 84

    /// The texts of the notifications of a transaction; none if it has no events.
    static func texts(of events: TransactionEvents, instance: Int64, transaction: Int64) -> [String] {
        var parts: [String] = []
        var part = ""
        for record in records(of: events) {
            precondition(
                record.utf8.count <= bytesMax - headerBytesMax, "a record must fit into one notification")
            if !part.isEmpty, part.utf8.count + 1 + record.utf8.count > bytesMax - headerBytesMax {
                parts.append(part)
                part = ""
            }
            if !part.isEmpty { part += ";" }
            part += record
        }
        if !part.isEmpty { parts.append(part) }
        return parts.enumerated().map { "\(instance).\(transaction).\($0).\(parts.count)|\($1)" }
    }

    private static func records(of events: TransactionEvents) -> [String] {
        var records: [String] = []
        for change in events.changes {
            let user = change.user.rawValue
            switch change.kind {
            case .order(let order):
                records.append(
                    "o,\(user),\(order.number.digits),\(order.status.rawValue),\(order.accrual.hundredths),\(order.uploadedAt.milliseconds)"
                )
            case .balance(let balance):
                records.append("b,\(user),\(balance.current.hundredths),\(balance.withdrawn.hundredths)")
            }
        }
        for order in events.newOrders {
            records.append("n,\(order.user.rawValue),\(order.number.digits),\(order.id.rawValue)")
        }
        for order in events.droppedOrders {
            records.append("d,\(order.user.rawValue),\(order.number.digits),\(order.id.rawValue)")
        }
        for user in events.sessionEnds { records.append("s,\(user.rawValue)") }
        for attempt in events.attempts { records.append("a,\(hexadecimal(attempt))") }
        return records
    }

    /// Reads the text of a notification. Returns `nil` if it is not one of Martlet's: anyone who may connect to the
    /// database may notify.
    init?(text: String) {
        guard let header = Header(text: text), let bar = text.utf8.firstIndex(of: UInt8(ascii: "|")) else { return nil }
        var events = TransactionEvents()
        for record in Self.split(text[text.utf8.index(after: bar)...], at: ";") {
            guard Self.read(record, into: &events) else { return nil }
        }
        (self.header, self.events) = (header, events)
    }

    /// Splits at an ASCII character. Looking for it among the bytes takes a fraction of the time that comparing
    /// characters takes.
    fileprivate static func split(_ text: Substring, at separator: Unicode.Scalar) -> [Substring] {
        text.utf8.split(separator: UInt8(ascii: separator), omittingEmptySubsequences: false).map { Substring($0) }
    }

    private static func read(_ record: Substring, into events: inout TransactionEvents) -> Bool {
        let fields = split(record, at: ",")
        guard let kind = fields.first, ["o", "b", "n", "d", "s", "a"].contains(kind) else { return fields.count > 0 }
        if kind == "a" {
            guard fields.count == 2, let attempt = bytes(ofHexadecimal: fields[1]) else { return false }
            events.attempts.append(attempt)
            return true
        }
        guard fields.count > 1, let user = Int64(fields[1]).map({ UserID(rawValue: $0) }) else { return false }
        switch (kind, fields.count) {
        case ("o", 6):
            guard let number = OrderNumber(fromFile: String(fields[2])),
                let status = Int64(fields[3]).flatMap({ Order.Status(rawValue: $0) }),
                let accrual = Int64(fields[4]), let uploadedAt = Int64(fields[5])
            else { return false }
            let order = Order(
                number: number, status: status, accrual: Points(hundredths: accrual),
                uploadedAt: Timestamp(milliseconds: uploadedAt))
            events.changes.append(Change(.order(order), of: user))
        case ("b", 4):
            guard let current = Int64(fields[2]), let withdrawn = Int64(fields[3]) else { return false }
            let balance = Balance(current: Points(hundredths: current), withdrawn: Points(hundredths: withdrawn))
            events.changes.append(Change(.balance(balance), of: user))
        case ("n", 4), ("d", 4):
            guard let number = OrderNumber(fromFile: String(fields[2])), let id = Int64(fields[3]) else { return false }
            let order = UnfinishedOrder(id: OrderID(rawValue: id), number: number, user: user)
            if kind == "n" { events.newOrders.append(order) } else { events.droppedOrders.append(order) }
        case ("s", 2): events.sessionEnds.append(user)
        default: return false
        }
        return true
    }
}

extension ChangeNotification.Header {
    /// Reads the beginning of the text of a notification.
    init?(text: String) {
        guard text.utf8.count <= ChangeNotification.bytesMax,
            let bar = text.utf8.firstIndex(of: UInt8(ascii: "|"))
        else { return nil }
        let numbers = ChangeNotification.split(text[..<bar], at: ".").map { Int64($0) }
        guard numbers.count == 4, let instance = numbers[0], let transaction = numbers[1],
            let part = numbers[2].flatMap({ Int(exactly: $0) }),
            let partCount = numbers[3].flatMap({ Int(exactly: $0) }),
            part >= 0, part < partCount
        else { return nil }
        (self.instance, self.transaction, self.part, self.partCount) = (instance, transaction, part, partCount)
    }
}

extension ChangeNotification {
    /// An attempt has at most 128 bytes (`AttemptExchange`).
    private static let attemptBytesMax = 128

    fileprivate static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    /// Returns `nil` if the text is not the hexadecimal form of an attempt.
    fileprivate static func bytes(ofHexadecimal text: Substring) -> [UInt8]? {
        let digits = text.utf8.map { digit in
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
            default: UInt8.max
            }
        }
        guard !digits.isEmpty, digits.count % 2 == 0, digits.count <= 2 * attemptBytesMax, !digits.contains(.max) else {
            return nil
        }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
