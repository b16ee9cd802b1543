import Eventual
import HTTP
import Loyalty
import Web

/// The body of a list, which is read and written one page at a time. So a long list needs no more memory than a page,
/// and no read transaction stays open while the client takes it. An entry that changes meanwhile is sent as it is when
/// its page is read.
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

    func next() throws(BodyFailure) -> Eventual<[UInt8]?, BodyFailure> {
        switch step {
        case .page(let page, let isFirst): return .now(part(of: page, isFirst: isFirst))
        case .read(let cursor): return try part(readFrom: cursor)
        case .done: return .now(nil)
        }
    }

    private func part(readFrom cursor: PageCursor) throws(BodyFailure) -> Eventual<[UInt8]?, BodyFailure> {
        let page: Eventual<Page<Item>, LoyaltyError>
        do throws(LoyaltyError) { page = try read(cursor, ListPage.laterItemsMax) } catch { throw BodyFailure() }
        if case .now(let page) = page { return .now(part(of: page, isFirst: false)) }
        return .later { () async throws(BodyFailure) in
            do throws(LoyaltyError) {
                return self.part(of: try await page.get(), isFirst: false)
            } catch {
                throw BodyFailure()
            }
        }
    }

    private func part(of page: Page<Item>, isFirst: Bool) -> [UInt8] {
        step = page.next.map { .read($0) } ?? .done
        return format.write(page.items, isFirst, page.next == nil)
    }
}

private enum ListPage {
    /// The entries that are read and written together at the beginning of a list. Most lists end there.
    static let itemsMax = 512
    /// The entries that are read and written at a time after that, in about a tenth of a millisecond, for which other
    /// clients wait.
    static let laterItemsMax = 128
}

extension Eventual<Response, LoyaltyError> {
    /// 200 with the requested part of the list, or 204 if it has no entries. For a list that was asked for with a
    /// limit, `Link` names the next page (RFC 8288).
    ///
    /// - Parameters:
    ///   - subject: the customer to whom cursors belong, as for ``ListQuery``; `nil` for the user of the call.
    ///   - others: the parameters that select the list, each with `&` before it.
    /// - Throws: ``Loyalty/LoyaltyError/malformed(_:)`` as ``ListQuery`` does, or an error of `read`.
    static func list<Item: Sendable>(
        _ format: ListFormat<Item>, for call: Call, of subject: UserID? = nil, others: String = "",
        read: @escaping ListFormat<Item>.Read
    ) throws(LoyaltyError) -> Self {
        let subject = subject ?? call.user
        let query = try ListQuery(call.request, of: subject)
        let path = call.request.path
        let target = { (limit: Int, next: PageCursor) in
            ListQuery.target(limit: limit, cursor: next, of: subject, at: path, others: others)
        }
        switch try read(query.cursor, query.limit ?? ListPage.itemsMax) {
        case .now(let page): return .now(.list(beginningWith: page, format, query, target, read: read))
        case .later(let page):
            return .later { () async throws(LoyaltyError) in
                .list(beginningWith: try await page(), format, query, target, read: read)
            }
        }
    }
}

extension Response {
    /// The response with the first page of a list, and the other pages if the list was asked for without a limit.
    ///
    /// - Parameter target: the path and query of the next page.
    fileprivate static func list<Item: Sendable>(
        beginningWith page: Page<Item>, _ format: ListFormat<Item>, _ query: ListQuery,
        _ target: (_ limit: Int, _ next: PageCursor) -> String, read: @escaping ListFormat<Item>.Read
    ) -> Response {
        if page.next != nil, query.limit == nil {
            let body = PagedBody(beginningWith: page, format, read: read)
            return .private(contentType: format.contentType, .parts(body))
        }
        guard !page.items.isEmpty else { return .privateNothing }
        var response = Response.private(
            contentType: format.contentType, .bytes(format.write(page.items, true, true)))
        if let limit = query.limit, let next = page.next {
            response.add("Link", "<\(target(limit, next))>; rel=\"next\"")
        }
        return response
    }
}
