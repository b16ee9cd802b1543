import JSON
import Loyalty

/// The body of the response to `GET /api/orders/{number}`.
package enum OrderAnswer {
    package static func body(_ number: OrderNumber, _ status: ReceiptStatus) -> [UInt8] {
        switch status {
        case .registered: body(number.digits, "REGISTERED")
        case .processing: body(number.digits, "PROCESSING")
        case .processed(let points):
            body(number.digits, "PROCESSED", accrual: points > .zero ? points.description : nil)
        }
    }

    static func body(_ digits: String, _ status: String, accrual: String? = nil) -> [UInt8] {
        var writer = JSONWriter(reserving: 96)
        writer.object { writer in
            writer.name("order")
            writer.plain(digits)
            writer.name("status")
            writer.plain(status)
            if let accrual {
                writer.name("accrual")
                writer.literal(accrual)
            }
        }
        return writer.bytes
    }
}
