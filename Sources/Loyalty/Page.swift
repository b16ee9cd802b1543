/// A stretch of a list.
package struct Page<Item: Sendable>: Sendable {
    package let items: [Item]
    /// Where the next page begins; nil behind the last one.
    package let next: PageCursor?

    package init(items: [Item], next: PageCursor?) {
        self.items = items
        self.next = next
    }
}

/// The last entry that was read of a list; the next page begins behind it, whatever was added to the list since.
package struct PageCursor: Hashable, Sendable {
    package let rawValue: Int64

    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }
}
