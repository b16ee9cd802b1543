import Eventual
import HTTP
import JSON
import Loyalty
import Storage

/// A list of records about a customer. The export of everything that is stored has them all.
package enum CustomerList: String, CaseIterable, Sendable {
    case orders, withdrawals, ledger, actions

    /// A page of a list, as JSON.
    package struct Part: Sendable {
        /// The records as an array.
        package let array: [UInt8]
        package let isEmpty: Bool
        /// The position at which the next page begins; `nil` if this is the last page.
        package let next: PageCursor?
    }

    /// Reads a page of the customer's list, the newest records first.
    ///
    /// - Parameters:
    ///   - cursor: the position at which the page begins; `nil` for the first page.
    ///   - limit: the most records.
    package func page(
        of customer: UserID, from cursor: PageCursor?, limit: Int, in repository: any StaffRepository
    ) throws(LoyaltyError) -> Eventual<Part, LoyaltyError> {
        switch self {
        case .orders:
            try Self.part(try repository.orders(of: customer, from: cursor, limit: limit)) { $1.order($0) }
        case .withdrawals:
            try Self.part(try repository.withdrawals(of: customer, from: cursor, limit: limit)) { $1.withdrawal($0) }
        case .ledger:
            try Self.part(try repository.ledger(of: customer, from: cursor, limit: limit)) { $1.entry($0) }
        case .actions:
            try Self.part(try repository.actions(on: customer, from: cursor, limit: limit)) { $1.action($0) }
        }
    }

    private static func part<Item: Sendable>(
        _ page: Eventual<Page<Item>, LoyaltyError>, _ write: @escaping (Item, inout JSONWriter) -> Void
    ) throws(LoyaltyError) -> Eventual<Part, LoyaltyError> {
        try page.map { page in
            Part(array: StaffList.array(page.items, write), isEmpty: page.items.isEmpty, next: page.next)
        }
    }
}
