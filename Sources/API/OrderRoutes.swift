import HTTP
import JSON
import Loyalty

/// Uploading orders and listing them.
struct OrderRoutes {
    let orders: OrderService

    var routes: [Route] {
        [
            Route(method: .post, path: "/api/user/orders", action: .user(upload)),
            Route(method: .get, path: "/api/user/orders", action: .user(list)),
        ]
    }

    private func upload(_ user: UserID, _ body: [UInt8]) async throws(LoyaltyError) -> Response {
        let isNew = try await orders.upload(body, by: user)
        return Response(isNew ? .accepted : .ok)
    }

    private func list(_ user: UserID, _ body: [UInt8]) async throws(LoyaltyError) -> Response {
        let orders = try orders.orders(of: user)
        guard !orders.isEmpty else { return Response(.noContent) }
        var writer = JSONWriter(reserving: orders.count * 100)
        writer.array { writer in
            for order in orders { writer.order(order) }
        }
        return .json(writer.bytes)
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
