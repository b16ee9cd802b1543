import Eventual
import HTTP
import JSON
import Loyalty
import Web

/// The lists of the staff API: an array in pages, which is empty and not missing if there is nothing.
enum StaffList {
    private static let limitIfUnasked = 50
    /// The subject of lists that belong to no customer.
    static let shop = UserID(rawValue: 0)

    /// A page of a list.
    ///
    /// - Parameters:
    ///   - subject: the customer whose list it is, to whom cursors belong; ``shop`` for a list of the shop.
    ///   - selecting: the names of the parameters that select the list, which the next page has, too.
    ///   - write: writes an item.
    static func page<Item: Sendable>(
        for call: Call, of subject: UserID = StaffList.shop, selecting: [String] = [],
        write: @escaping (Item, inout JSONWriter) -> Void, read: ListFormat<Item>.Read
    ) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let query = try ListQuery(call.request, of: subject)
        let limit = query.limit ?? limitIfUnasked
        let path = call.request.path
        let others = call.request.parameters.filter { parameter in
            selecting.contains { parameter.name.equals($0) }
        }.map { "&\(String(decoding: $0.name, as: UTF8.self))=\(String(decoding: $0.value, as: UTF8.self))" }.joined()
        return try read(query.cursor, limit).map { page in
            var response = Response.staff(array(page.items, write))
            if let next = page.next {
                let target = ListQuery.target(limit: limit, cursor: next, of: subject, at: path, others: others)
                response.add("Link", "<\(target)>; rel=\"next\"")
            }
            return response
        }
    }

    static func array<Item>(_ items: [Item], _ write: (Item, inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(reserving: 2 + items.count * 100)
        writer.array { writer in
            for item in items { write(item, &writer) }
        }
        return writer.bytes
    }
}

extension Response {
    /// A document for the staff, which no cache keeps: it changes at any time, and is about others.
    static func staff(_ body: [UInt8], status: Status = .ok) -> Response {
        var response = Response(status, contentType: "application/json", .bytes(body))
        response.add(.noStore)
        return response
    }

    static func staff(_ write: (inout JSONWriter) -> Void) -> Response {
        staff(JSONWriter.object(write))
    }
}

extension JSONWriter {
    /// The bytes of an object.
    static func object(_ members: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        writer.object(members)
        return writer.bytes
    }
}
