import HTTP
import Loyalty

/// A list that is read and written a page at a time: a long one needs no more memory than a page, and holds no read
/// transaction while its client takes it. What changes meanwhile is seen as it is when its page is read.
private final class PagedBody<Item: Sendable>: BodyParts {
    private enum Step {
        case page(Page<Item>, isFirst: Bool)
        case read(PageCursor)
        case done
    }

    private let format: ListFormat<Item>
    private let read: ListFormat<Item>.Read
    private var step: Step

    init(beginningWith page: Page<Item>, _ format: ListFormat<Item>, read: @escaping ListFormat<Item>.Read) {
        step = .page(page, isFirst: true)
        self.format = format
        self.read = read
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
        return format.write(page.items, isFirst, page.next == nil)
    }
}

extension Response {
    /// 200 with what is asked for of the list, or 204 where there is nothing; `Link` names the next page of one that was asked
    /// for with a limit (RFC 8288). Throws ``LoyaltyError/malformed(_:)`` too, see ``ListQuery``.
    static func list<Item: Sendable>(
        _ format: ListFormat<Item>, of user: UserID, for request: Request, read: @escaping ListFormat<Item>.Read
    ) throws(LoyaltyError) -> Response {
        let query = try ListQuery(request, of: user)
        let page = try read(query.cursor, query.limit ?? PagedBody<Item>.itemsPerPage)
        guard !page.items.isEmpty else { return .privateNothing }
        guard let next = page.next else { return list(.bytes(format.write(page.items, true, true)), format) }
        guard let limit = query.limit else {
            return list(.parts(PagedBody(beginningWith: page, format, read: read)), format)
        }
        var response = list(.bytes(format.write(page.items, true, true)), format)
        let target = ListQuery.target(limit: limit, cursor: next, of: user, at: request.path)
        response.add("Link", "<\(target)>; rel=\"next\"")
        return response
    }

    private static func list<Item>(_ body: Body, _ format: ListFormat<Item>) -> Response {
        .private(contentType: format.contentType, body)
    }
}
