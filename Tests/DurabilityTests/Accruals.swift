import EndToEndSupport

/// The points of each order, computed from its number alone.
enum Accruals {
    /// Returns the order's points in hundredths, or `nil` if the accrual system refuses the order.
    static func hundredths(for order: String) -> Int64? {
        guard let digits = Int64(order.suffix(4)), digits % 5 != 0 else { return nil }
        return digits % 5 == 1 ? 0 : digits + 1_000
    }

    static func makeServer() throws -> AccrualServer {
        try AccrualServer { order in
            guard let hundredths = hundredths(for: order) else { return .known(order, "INVALID") }
            return .known(order, "PROCESSED", accrual: decimal(hundredths))
        }
    }

    /// As JSON has it.
    static func decimal(_ hundredths: Int64) -> String {
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction / 10)\(fraction % 10)"
    }
}
