import JSON
import Loyalty

/// How a list is written, a page at a time.
struct ListFormat<Item: Sendable> {
    typealias Read = (_ cursor: PageCursor?, _ limit: Int) throws(LoyaltyError) -> Page<Item>

    let contentType: String
    /// The bytes of a page, which may be the first, the last, neither or both.
    let write: (_ items: [Item], _ isFirst: Bool, _ isLast: Bool) -> [UInt8]

    /// A JSON array.
    static func json(_ writeItem: @escaping (Item, inout JSONWriter) -> Void) -> ListFormat {
        ListFormat(contentType: "application/json") { items, isFirst, isLast in
            var writer = JSONWriter(reserving: items.count * 100)
            writer.array { writer in
                for item in items { writeItem(item, &writer) }
            }
            // An array of the page's items becomes a stretch of the whole one.
            var bytes = writer.bytes
            if !isLast { bytes.removeLast() }
            if !isFirst { if items.isEmpty { bytes.removeFirst() } else { bytes[0] = UInt8(ascii: ",") } }
            return bytes
        }
    }

    /// A table with a line for each item, behind a heading.
    static func lines(
        contentType: String, heading: String, _ line: @escaping (Item) -> String
    ) -> ListFormat {
        ListFormat(contentType: contentType) { items, isFirst, _ in
            let lines = (isFirst ? [heading] : []) + items.map(line)
            return lines.flatMap { Array("\($0)\r\n".utf8) }
        }
    }
}
