/// An amount of points, kept as a whole number of hundredths and never as a floating-point number.
package struct Points: Hashable, Comparable, Sendable {
    package static let zero = Points(hundredths: 0)

    package let hundredths: Int64

    package init(hundredths: Int64) {
        self.hundredths = hundredths
    }

    package static func < (left: Points, right: Points) -> Bool {
        left.hundredths < right.hundredths
    }

    /// Returns the sum, or `nil` if it overflows: amounts come from outside, so adding them must not trap.
    package func adding(_ other: Points) -> Points? {
        let (sum, overflow) = hundredths.addingReportingOverflow(other.hundredths)
        return overflow ? nil : Points(hundredths: sum)
    }
}

extension Points: CustomStringConvertible {
    /// The shortest decimal with at most two places: `500`, `500.5`, `729.98`.
    package var description: String {
        let magnitude = hundredths.magnitude
        let sign = hundredths < 0 ? "-" : ""
        let fraction = magnitude % 100
        let whole = "\(sign)\(magnitude / 100)"
        if fraction == 0 { return whole }
        if fraction % 10 == 0 { return "\(whole).\(fraction / 10)" }
        return fraction < 10 ? "\(whole).0\(fraction)" : "\(whole).\(fraction)"
    }
}
