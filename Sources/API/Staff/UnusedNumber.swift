import Eventual
import Loyalty
import Storage

/// New order numbers, for shops whose numbers have no check digit, or that have none.
package enum UnusedNumber {
    /// Numbers of the same millisecond follow each other, so that this many tries fail only if a shop makes thousands
    /// of numbers a second.
    private static let triesMax = 16

    /// Finds a number of this millisecond, or of one of the next, under which nothing is stored. Two cash
    /// registers that ask at the same time get different numbers nearly always, because of two random digits, and a
    /// number that has a receipt gets no second one.
    ///
    /// - Returns: `nil` if every number that was tried is in use.
    package static func find(
        from now: Timestamp, in repository: any StaffRepository
    ) throws(LoyaltyError) -> Eventual<OrderNumber?, LoyaltyError> {
        try find(from: now.milliseconds, triesLeft: triesMax, in: repository)
    }

    private static func find(
        from milliseconds: Int64, triesLeft: Int, in repository: any StaffRepository
    ) throws(LoyaltyError) -> Eventual<OrderNumber?, LoyaltyError> {
        let salted = "\(milliseconds)\(Int64.random(in: 10...99))"
        guard triesLeft > 0, let number = try? OrderNumber(appendingCheckDigitTo: salted.utf8) else { return .now(nil) }
        return try repository.facts(of: number).then { facts throws(LoyaltyError) in
            if facts.isUnused { return .now(number) }
            return try find(from: milliseconds + 1, triesLeft: triesLeft - 1, in: repository)
        }
    }
}
