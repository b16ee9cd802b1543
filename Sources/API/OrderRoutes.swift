import HTTP
import JSON
import Loyalty

/// Uploading orders and listing them.
struct OrderRoutes {
    let orders: OrderService

    var routes: [Route] {
        [
            Route(method: .post, path: "/api/user/orders", action: .write(upload)),
            Route(method: .get, path: "/api/user/orders", action: .read(list)),
        ]
    }

    private func upload(_ user: UserID, _ body: [UInt8]) throws(LoyaltyError) -> Route.Later {
        let number = try OrderService.number(parsing: body)
        return { () async throws(LoyaltyError) in
            let isNew = try await orders.upload(number, by: user)
            return Response(isNew ? .accepted : .ok)
        }
    }

    private func list(_ user: UserID) throws(LoyaltyError) -> Response {
        try .list { cursor, limit throws(LoyaltyError) in
            try orders.orders(of: user, from: cursor, limit: limit)
        } write: { order, writer in
            writer.order(order)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func order(_ order: Order) {
        object { writer in
            writer.name("number")
            writer.string(order.number.digits)
            writer.name("status")
            writer.string(order.status.name)
            if order.status == .processed, order.accrual > .zero {
                writer.name("accrual")
                writer.literal(order.accrual.description)
            }
            writer.name("uploaded_at")
            writer.string(order.uploadedAt.rfc3339)
        }
    }
}

extension Order.Status {
    fileprivate var name: String {
        switch self {
        case .new: "NEW"
        case .processing: "PROCESSING"
        case .invalid: "INVALID"
        case .processed: "PROCESSED"
        }
    }
}
