/// A part of a list.
package struct Page<Item: Sendable>: Sendable {
    package let items: [Item]
    /// The position at which the next page begins; `nil` if this is the last page.
    package let next: PageCursor?

    package init(items: [Item], next: PageCursor?) {
        self.items = items
        self.next = next
    }
}

/// A position in a list: the last item that was read. The next page begins after it, whatever has been added to the
/// list since.
package struct PageCursor: Hashable, Sendable {
    package let rawValue: Int64

    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }
}
