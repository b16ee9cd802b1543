import Loyalty
import TestSupport

extension TestClock {
    /// The time at which the API's tests begin: 2020-12-10T15:15:45.999Z.
    static let start = Timestamp(milliseconds: 1_607_613_345_999)
}
