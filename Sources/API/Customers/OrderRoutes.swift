import HTTP
import JSON
import Loyalty
import Web

/// Uploading orders and listing them.
struct OrderRoutes {
    let orders: OrderService

    var routes: [Route] {
        [
            Route(
                method: .post, path: "/api/user/orders", bodyBytesMax: BodyLimit.orderBytes, operation: .uploadOrder,
                action: .write(upload)),
            Route(method: .get, path: "/api/user/orders", operation: .listOrders, action: .read(list)),
            Route(method: .get, path: "/api/user/orders/{number}", operation: .getOrder, action: .read(order)),
        ]
    }

    private func upload(_ user: UserID, _ body: [UInt8]) throws(LoyaltyError) -> Route.Later {
        let number = try OrderService.number(parsing: body)
        return { () async throws(LoyaltyError) in
            let isNew = try await orders.upload(number, by: user)
            return Response(isNew ? .accepted : .ok)
        }
    }

    private func list(_ user: UserID, _ request: Request) throws(LoyaltyError) -> Response {
        var times = TimestampWriter()
        let format = ListFormat<Order>.json { order, writer in writer.order(order, &times) }
        return try .list(format, of: user, for: request) { cursor, limit throws(LoyaltyError) in
            try orders.orders(of: user, from: cursor, limit: limit)
        }
    }

    /// A text that is no order number is one that the user has not uploaded, and so is another's.
    private func order(_ user: UserID, _ request: Request) throws(LoyaltyError) -> Response {
        guard let text = request.lastSegment else { throw .orderUnknown }
        let order = try orders.order(numbered: text, of: user)
        var times = TimestampWriter()
        var writer = JSONWriter(reserving: 128 + order.number.digits.utf8.count)
        writer.order(order, &times)
        return .private(contentType: "application/json", .bytes(writer.bytes))
    }
}

extension JSONName {
    fileprivate static let number = JSONName("number")
    fileprivate static let status = JSONName("status")
    fileprivate static let accrual = JSONName("accrual")
    fileprivate static let uploadedAt = JSONName("uploaded_at")
}

extension JSONWriter {
    mutating func order(_ order: Order, _ times: inout TimestampWriter) {
        object { writer in
            writer.name(.number)
            writer.plain(order.number.digits)
            writer.name(.status)
            writer.plain(order.status.name)
            if order.status == .processed, order.accrual > .zero {
                writer.name(.accrual)
                writer.number(hundredths: order.accrual.hundredths)
            }
            writer.name(.uploadedAt)
            times.write(order.uploadedAt, &writer)
        }
    }
}
