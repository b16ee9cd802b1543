/// A command line that can't be run as it was typed. The process ends with status 64.
package struct Misuse: Error {
    /// The mistake, in one line.
    package let reason: String

    package init(_ reason: String) {
        self.reason = reason
    }
}
