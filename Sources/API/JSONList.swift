import HTTP
import JSON
import Loyalty

/// A list as a JSON array that is read and written a page at a time: a long one needs no more memory than a page, and holds
/// no read transaction while its client takes it. What changes meanwhile is seen as it is when its page is read.
private final class JSONList<Item: Sendable>: BodyParts {
    typealias Read = (_ cursor: PageCursor?, _ limit: Int) throws(LoyaltyError) -> Page<Item>
    typealias Write = (Item, inout JSONWriter) -> Void

    private enum Step {
        case page(Page<Item>, isFirst: Bool)
        case read(PageCursor)
        case done
    }

    private let read: Read
    private let write: Write
    private var step: Step

    init(beginningWith page: Page<Item>, read: @escaping Read, write: @escaping Write) {
        step = .page(page, isFirst: true)
        self.read = read
        self.write = write
    }

    /// What the loop does at a time: about half a millisecond.
    static var itemsPerPage: Int { 512 }

    func next() throws(BodyFailure) -> [UInt8]? {
        switch step {
        case .page(let page, let isFirst): return part(of: page, isFirst: isFirst)
        case .read(let cursor):
            do throws(LoyaltyError) {
                return part(of: try read(cursor, Self.itemsPerPage), isFirst: false)
            } catch {
                throw BodyFailure()
            }
        case .done: return nil
        }
    }

    private func part(of page: Page<Item>, isFirst: Bool) -> [UInt8] {
        step = page.next.map { .read($0) } ?? .done
        var bytes = Self.array(of: page.items, write)
        // An array of the page's items becomes a stretch of the whole one.
        if page.next != nil { bytes.removeLast() }
        if !isFirst { if page.items.isEmpty { bytes.removeFirst() } else { bytes[0] = UInt8(ascii: ",") } }
        return bytes
    }

    static func array(of items: [Item], _ write: Write) -> [UInt8] {
        var writer = JSONWriter(reserving: items.count * 100)
        writer.array { writer in
            for item in items { write(item, &writer) }
        }
        return writer.bytes
    }
}

extension Response {
    /// 200 with the whole list, or 204 where there is nothing in it.
    static func list<Item: Sendable>(
        read: @escaping (_ cursor: PageCursor?, _ limit: Int) throws(LoyaltyError) -> Page<Item>,
        write: @escaping (Item, inout JSONWriter) -> Void
    ) throws(LoyaltyError) -> Response {
        let page = try read(nil, JSONList<Item>.itemsPerPage)
        guard !page.items.isEmpty else { return Response(.noContent) }
        guard page.next != nil else { return .json(.bytes(JSONList.array(of: page.items, write))) }
        return .json(.parts(JSONList(beginningWith: page, read: read, write: write)))
    }
}
