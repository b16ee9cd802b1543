import Loyalty
import Storage

/// A line of the file of a shop, which is a JSON object. The file begins with ``start`` and ends with ``end(_:)``, so
/// that one that was cut short is noticed.
enum ShopLine: Equatable {
    /// - Parameter hasPositions: true if each change of a balance has its position in the ledger, and orders are in the
    ///   order of their uploads. Otherwise the times decide.
    case start(hasPositions: Bool)
    case record(ShopRecord)
    case end(MovedCounts)

    /// The value of `type` in each line.
    enum Kind: String, CaseIterable {
        case shop, user, order, withdrawal, adjustment, refund, end
        case returned = "return"

        /// The kinds of lines that are ledger entries.
        init?(_ kind: LedgerEntry.Kind) {
            switch kind {
            case .withdrawal: self = .withdrawal
            case .adjustment: self = .adjustment
            case .refund: self = .refund
            case .returned: self = .returned
            case .accrual, .other: return nil
            }
        }
    }

    /// The version of the form. A later Martlet reads it too.
    static let version: Int64 = 1

    /// The longest line. A number of 1,024 digits, a login and a reason that are all escaped have less than 10,000
    /// bytes.
    static let bytesMax = 16 * 1024

    /// The author of an entry that names none.
    static let author = "import"
}
