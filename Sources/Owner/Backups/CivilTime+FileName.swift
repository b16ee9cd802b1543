import Time

extension CivilTime {
    /// The time for the name of a file: `20261123T081712Z`. Such names sort as their times do.
    var forFileName: String { rfc3339.filter { $0 != "-" && $0 != ":" } }
}
