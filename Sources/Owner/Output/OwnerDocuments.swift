import JSON
import Loyalty
import Storage

/// Facts as members of the JSON documents that commands print. Scripts rely on the names.
extension UserAccount {
    var document: JSONObject {
        JSONObject(["login": .string(login), "state": .string("\(state)")]) + balance.document
            + JSONObject(["created_at": .time(createdAt), "id": .integer(id.rawValue)])
    }
}

extension Balance {
    var document: JSONObject { JSONObject(["current": .points(current), "withdrawn": .points(withdrawn)]) }
}

extension StaffAccount {
    var document: JSONObject {
        JSONObject([
            "name": .string(name), "role": .string("\(role)"), "state": .string("\(state)"),
            "created_at": .time(createdAt), "last_used_at": lastUsedAt.map { .time($0) } ?? .null,
        ])
    }
}

extension StaffAction {
    var document: JSONObject {
        JSONObject([
            "at": .time(at), "by": .string(actor.name), "kind": .string("\(actor.kind)"),
            "role": .string("\(actor.role)"), "action": .string(name.rawValue), "login": .text(customer?.login),
            "user_id": customer.map { .integer($0.id.rawValue) } ?? .null, "subject": .string(subject),
            "points": points.map { .points($0) } ?? .null, "note": .string(note), "address": .string(actor.address),
            "id": .integer(id),
        ])
    }
}

extension AnnotatedEntry {
    var document: JSONObject {
        JSONObject([
            "at": .time(entry.at), "kind": .string("\(entry.kind)"), "order": .text(entry.order?.digits),
            "points": .points(entry.points), "balance": .points(entry.balanceAfter), "by": .text(note?.author),
            "reason": .text(note?.reason),
        ])
    }
}

extension OwnedOrder {
    var document: JSONObject { JSONObject(["number": .string(order.number.digits)]) + upload }

    var upload: JSONObject {
        JSONObject([
            "login": .text(login), "status": .string(order.status.name),
            "accrual": order.status == .processed ? .points(order.accrual) : .null,
            "uploaded_at": .time(order.uploadedAt),
        ])
    }
}

extension OwnedWithdrawal {
    var document: JSONObject {
        JSONObject([
            "login": .text(login), "sum": .points(withdrawal.sum), "processed_at": .time(withdrawal.processedAt),
            "refunded_at": refundedAt.map { .time($0) } ?? .null, "refunded_by": .text(note?.author),
            "reason": .text(note?.reason),
        ])
    }
}

extension Statistics {
    var document: JSONObject {
        let users = UserAccount.State.allCases.map { state in
            JSONObject.Member(name: "\(state)", value: .integer(self.users[state] ?? 0))
        }
        let orders = Order.Status.allCases.map { status in
            JSONObject.Member(name: status.name, value: .integer(self.orders[status] ?? 0))
        }
        return JSONObject([
            "users": .object(JSONObject(members: users)), "orders": .object(JSONObject(members: orders)),
            "points": .object([
                "outstanding": .points(hundredths: outstanding), "granted": .points(hundredths: granted),
                "adjusted": .points(hundredths: adjusted), "spent": .points(hundredths: spent),
                "returned": .points(hundredths: returned),
            ]),
        ])
    }
}

extension StoreEngine {
    var document: JSONObject {
        JSONObject(members: [JSONObject.Member(name: versionKey, value: .string(version))])
    }
}

extension StoreSize {
    var document: JSONObject {
        JSONObject(["file_bytes": .integer(bytes), "log_bytes": .integer(logBytes)])
    }
}
