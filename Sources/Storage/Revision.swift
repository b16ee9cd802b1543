/// A number that grows when data changes: two reads of the same data at one revision show the same.
///
/// A store hands out the revision of a user's data with the user's session (``OpenSession``), so that a response can be
/// used again, or need not be sent again, without a read.
package struct Revision: Hashable, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }
}
