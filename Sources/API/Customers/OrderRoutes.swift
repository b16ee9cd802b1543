import Eventual
import HTTP
import JSON
import Loyalty
import Storage
import Web

/// Uploading orders and listing them.
struct OrderRoutes {
    let orders: OrderService
    let repository: any Repository

    var routes: [Route] {
        [
            Route(
                .post, "/api/user/orders", .uploadOrder, for: .signedIn, bodyBytesMax: BodyLimit.orderBytes, upload),
            Route(.get, "/api/user/orders", .listOrders, for: .signedIn, reuse: .perUser, list),
            Route(.get, "/api/user/orders/{number}", .getOrder, for: .signedIn, reuse: .perUser, order),
        ]
    }

    private func upload(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let number = try OrderService.number(parsing: call.body[...].withoutByteOrderMark)
        let user = call.user
        return .later { () async throws(LoyaltyError) in
            let isNew = try await orders.upload(number, by: user)
            return Response(isNew ? .accepted : .ok)
        }
    }

    private func list(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let format = ListFormat<Order>.json { order, writer in writer.order(order) }
        let user = call.user
        return try .list(format, for: call) { cursor, limit throws(LoyaltyError) in
            try repository.orders(of: user, from: cursor, limit: limit)
        }
    }

    private func order(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        // No user can have uploaded a text that is not an order number. An upload may have white space around the
        // number, but a path has to have the number alone.
        guard let text = call.request.lastSegment, let number = try? OrderNumber(parsing: text.utf8),
            number.digits == text
        else { throw .orderUnknown }
        return try repository.order(number, of: call.user).map { order throws(LoyaltyError) in
            guard let order else { throw .orderUnknown }
            var writer = JSONWriter(reserving: 128 + order.number.digits.utf8.count)
            writer.order(order)
            return .private(contentType: "application/json", .bytes(writer.bytes))
        }
    }
}

extension JSONName {
    fileprivate static let number = JSONName("number")
    fileprivate static let status = JSONName("status")
    fileprivate static let accrual = JSONName("accrual")
    fileprivate static let uploadedAt = JSONName("uploaded_at")
}

extension JSONWriter {
    mutating func order(_ order: Order) {
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
            writer.time(order.uploadedAt)
        }
    }
}
