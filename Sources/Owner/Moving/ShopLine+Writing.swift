import JSON
import Loyalty
import Storage

extension ShopLine {
    /// The line with its end.
    var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            switch self {
            case .start(let hasPositions):
                writer.member("type", Kind.shop.rawValue)
                writer.member("version", count: Self.version)
                if hasPositions { writer.member("positions", flag: true) }
            case .record(.user(let user)): Self.write(user, &writer)
            case .record(.order(let order)): Self.write(order, &writer)
            case .record(.entry(let entry)): Self.write(entry, &writer)
            case .end(let counts):
                writer.member("type", Kind.end.rawValue)
                writer.member("users", count: counts.users)
                writer.member("orders", count: counts.orders)
                writer.member("withdrawals", count: counts.withdrawals)
                writer.member("adjustments", count: counts.adjustments)
                writer.member("refunds", count: counts.refunds)
                writer.member("returns", count: counts.returns)
            }
        }
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    private static func write(_ user: MovedUser, _ writer: inout JSONWriter) {
        writer.member("type", Kind.user.rawValue)
        writer.member(key: "id", user.key)
        if let login = user.login {
            writer.member("login", login.text)
            writer.member("password_hash", user.passwordHash?.text)
        }
        if user.state != .active { writer.member("state", user.state.description) }
        if let createdAt = user.createdAt { writer.member("created_at", createdAt.rfc3339WithMilliseconds) }
        writer.member("current", user.balance.current)
        writer.member("withdrawn", user.balance.withdrawn)
    }

    private static func write(_ order: MovedOrder, _ writer: inout JSONWriter) {
        writer.member("type", Kind.order.rawValue)
        writer.member(key: "user", order.user)
        writer.member("number", order.order.number.digits)
        writer.member("status", order.order.status.name)
        if order.order.status == .processed { writer.member("accrual", order.order.accrual) }
        writer.member("uploaded_at", order.order.uploadedAt.rfc3339WithMilliseconds)
        guard let position = order.position else { return }
        writer.member("processed_at", order.creditedAt.rfc3339WithMilliseconds)
        writer.member("position", count: position)
    }

    private static func write(_ entry: MovedEntry, _ writer: inout JSONWriter) {
        guard let kind = Kind(entry.kind) else { preconditionFailure("an accrual must be a part of its order's line") }
        writer.member("type", kind.rawValue)
        writer.member(key: "user", entry.user)
        if let number = entry.number { writer.member("order", number.digits) }
        switch kind {
        case .adjustment: writer.member("points", entry.points)
        default: writer.member("sum", Points(hundredths: Int64(clamping: entry.points.hundredths.magnitude)))
        }
        writer.member("processed_at", entry.at.rfc3339WithMilliseconds)
        if let note = entry.note {
            writer.member("author", note.author)
            writer.member("reason", note.reason)
        }
        if let position = entry.position { writer.member("position", count: position) }
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: String, _ text: String?) {
        self.name(name)
        if let text { string(text) } else { literal("null") }
    }

    /// A key of digits is a number.
    fileprivate mutating func member(key name: String, _ key: String) {
        self.name(name)
        if let number = Int64(key), String(number) == key, number >= 0 { literal(key) } else { string(key) }
    }

    fileprivate mutating func member(_ name: String, _ points: Points) {
        self.name(name)
        number(hundredths: points.hundredths)
    }

    fileprivate mutating func member(_ name: String, count: Int64) {
        self.name(name)
        literal(String(count))
    }

    fileprivate mutating func member(_ name: String, flag: Bool) {
        self.name(name)
        literal(flag ? "true" : "false")
    }
}
