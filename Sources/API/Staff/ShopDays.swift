import Eventual
import Loyalty
import Posix
import Storage

/// A day of the shop's calendar.
package struct ShopDay: Equatable, Sendable {
    /// `2026-11-28`
    package let name: String
    /// The first moment of the day.
    package let start: Timestamp

    package init(name: String, start: Timestamp) {
        (self.name, self.start) = (name, start)
    }
}

/// Consecutive days of the shop, whose figures the staff API and the owner's command show.
package struct ShopDays: Sendable {
    /// The numbers of days whose figures are shown at once.
    package static let counts = 1...400

    /// More than the longest day, on which clocks are set back. It ends a span that has no end yet.
    private static let longestMilliseconds: Int64 = 26 * 3_600_000

    private let days: [ShopDay]

    /// - Parameter days: the days, the oldest first; at least one.
    package init(_ days: [ShopDay]) {
        precondition(!days.isEmpty, "days must not be empty")
        self.days = days
    }

    /// The last days of the system's time zone up to a moment.
    ///
    /// - Parameter count: one of ``counts``.
    package init(last count: Int, upTo now: Timestamp) {
        self.init(Self.last(count, upTo: now))
    }

    /// The last days of the system's time zone up to a moment, the oldest first.
    package static func last(_ count: Int, upTo now: Timestamp) -> [ShopDay] {
        (0..<count).reversed().map { before in
            ShopDay(LocalCalendar.day(ofSeconds: now.seconds, daysBefore: before))
        }
    }

    /// The days, each with its figures.
    package func figures(
        in repository: any StaffRepository
    ) throws(LoyaltyError) -> Eventual<[(ShopDay, Figures)], LoyaltyError> {
        let end = days[days.count - 1].start.advanced(byMilliseconds: Self.longestMilliseconds)
        return try repository.figures(between: days.map(\.start) + [end]).map { [days] figures in
            Array(zip(days, figures))
        }
    }
}

extension ShopDay {
    fileprivate init(_ day: LocalCalendar.Day) {
        func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        self.init(
            name: "\(day.year)-\(twoDigits(day.month))-\(twoDigits(day.day))",
            start: Timestamp(milliseconds: day.start * 1000))
    }
}
