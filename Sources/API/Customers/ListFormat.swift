import Eventual
import JSON
import Loyalty

/// The way in which a list is written, one page at a time.
struct ListFormat<Item: Sendable> {
    typealias Read = (_ cursor: PageCursor?, _ limit: Int) throws(LoyaltyError) -> Eventual<Page<Item>, LoyaltyError>

    let contentType: String
    /// Writes a page, which may be the first, the last, neither or both.
    let write: (_ items: [Item], _ isFirst: Bool, _ isLast: Bool) -> [UInt8]

    /// A JSON array.
    static func json(_ writeItem: @escaping (Item, inout JSONWriter) -> Void) -> ListFormat {
        ListFormat(contentType: "application/json") { items, isFirst, isLast in
            var writer = JSONWriter(reserving: items.count * 100)
            writer.array { writer in
                for item in items { writeItem(item, &writer) }
            }
            // The array of the page becomes a part of the whole array.
            var bytes = writer.bytes
            if !isLast { bytes.removeLast() }
            if !isFirst { if items.isEmpty { bytes.removeFirst() } else { bytes[0] = UInt8(ascii: ",") } }
            return bytes
        }
    }

    /// A table: a heading, and a line for each item.
    static func lines(
        contentType: String, heading: String, _ line: @escaping (Item) -> String
    ) -> ListFormat {
        ListFormat(contentType: contentType) { items, isFirst, _ in
            let lines = (isFirst ? [heading] : []) + items.map(line)
            return lines.flatMap { Array("\($0)\r\n".utf8) }
        }
    }
}
