import JSON
import Loyalty

/// The facts of the shop as the staff API writes them.
extension JSONWriter {
    mutating func text(_ name: String, _ text: String?) {
        self.name(name)
        if let text { string(text) } else { literal("null") }
    }

    mutating func points(_ name: String, _ points: Points?) {
        self.name(name)
        if let points { number(hundredths: points.hundredths) } else { literal("null") }
    }

    /// The points of many accounts.
    mutating func points(_ name: String, hundredths: Int128) {
        self.name(name)
        literal(JSONNumber(hundredths: hundredths).literal)
    }

    mutating func count(_ name: String, _ count: Int64?) {
        self.name(name)
        literal(count.map { String($0) } ?? "null")
    }

    mutating func time(_ name: String, _ time: Timestamp?) {
        text(name, time?.rfc3339)
    }

    /// A member of an object's value; `null` without a value.
    mutating func member<Value>(_ name: String, _ value: Value?, _ write: (Value, inout JSONWriter) -> Void) {
        self.name(name)
        if let value { write(value, &self) } else { literal("null") }
    }

    mutating func customer(_ customer: UserAccount) {
        object { $0.members(of: customer) }
    }

    mutating func members(of customer: UserAccount) {
        count("id", customer.id.rawValue)
        text("login", customer.login)
        text("state", customer.state.description)
        points("current", customer.balance.current)
        points("withdrawn", customer.balance.withdrawn)
        time("created_at", customer.createdAt)
    }

    mutating func customer(_ customer: CustomerName) {
        object { writer in
            writer.count("id", customer.id.rawValue)
            writer.text("login", customer.login)
        }
    }

    mutating func order(_ order: CustomerOrder) {
        object { $0.members(of: order) }
    }

    mutating func members(of order: CustomerOrder) {
        text("number", order.order.number.digits)
        text("status", order.order.status.name)
        points("accrual", order.order.status == .processed ? order.order.accrual : .zero)
        points("returned", order.returned)
        time("uploaded_at", order.order.uploadedAt)
    }

    mutating func withdrawal(_ withdrawal: CustomerWithdrawal) {
        object { writer in
            writer.text("order", withdrawal.withdrawal.order.digits)
            writer.points("sum", withdrawal.withdrawal.sum)
            writer.time("processed_at", withdrawal.withdrawal.processedAt)
            writer.time("refunded_at", withdrawal.refundedAt)
        }
    }

    mutating func entry(_ entry: AnnotatedEntry) {
        object { writer in
            writer.text("kind", entry.entry.kind.description)
            writer.text("order", entry.entry.order?.digits)
            writer.points("points", entry.entry.points)
            writer.points("balance_after", entry.entry.balanceAfter)
            writer.time("at", entry.entry.at)
            writer.text("author", entry.note?.author)
            writer.text("reason", entry.note.flatMap { $0.reason.isEmpty ? nil : $0.reason })
        }
    }

    mutating func action(_ action: StaffAction) {
        object { writer in
            writer.count("id", action.id)
            writer.time("at", action.at)
            writer.text("by", action.actor.name)
            writer.text("kind", action.actor.kind.description)
            writer.text("role", action.actor.role.description)
            writer.text("action", action.name.rawValue)
            writer.member("customer", action.customer) { $1.customer($0) }
            writer.text("subject", action.subject)
            writer.name("details")
            writer.object { writer in
                writer.points("points", action.points)
                writer.text("note", action.note.isEmpty ? nil : action.note)
            }
            writer.text("address", action.actor.address)
        }
    }

    package mutating func figures(_ figures: Figures, of day: ShopDay) {
        object { writer in
            writer.text("day", day.name)
            writer.count("customers", figures.customers)
            writer.count("orders", figures.orders)
            writer.points("granted", hundredths: figures.granted)
            writer.points("spent", hundredths: figures.spent)
            writer.points("returned", hundredths: figures.returned)
            writer.points("refunded", hundredths: figures.refunded)
            writer.points("adjusted", hundredths: figures.adjusted)
            writer.points("outstanding", hundredths: figures.outstanding)
        }
    }

    mutating func staff(_ staff: StaffAccount) {
        object { $0.members(of: staff) }
    }

    mutating func members(of staff: StaffAccount) {
        text("name", staff.name)
        text("kind", staff.kind.description)
        text("role", staff.role.description)
        text("state", staff.state.description)
        time("created_at", staff.createdAt)
        time("last_used_at", staff.lastUsedAt)
    }

    mutating func rule(_ rule: RewardRule) {
        object { writer in
            writer.text("match", rule.match)
            writer.name("reward")
            writer.literal(rule.reward)
            writer.text("reward_type", rule.kind.name)
        }
    }
}
