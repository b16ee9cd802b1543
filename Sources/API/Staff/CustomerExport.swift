import Eventual
import HTTP
import JSON
import Loyalty
import Storage

/// Everything that is stored about a customer, as one JSON document. It is read and written one page at a time, so that
/// a long history needs no more memory than a short one.
final class CustomerExport: BodyParts {
    /// A page of a list as the elements of an array, and the position of the next page.
    private typealias Part = (bytes: [UInt8], isEmpty: Bool, next: PageCursor?)
    private typealias List = (
        name: String, read: (PageCursor?) throws(LoyaltyError) -> Eventual<Part, LoyaltyError>
    )

    /// The entries that are read at a time, in about half a millisecond.
    private static let itemsMax = 512

    private var head: [UInt8]?
    private var lists: ArraySlice<List>
    private var cursor: PageCursor?
    /// True if the present list has an element already.
    private var hasElement = false
    private var isBegun = false
    private var isDone = false

    init(of customer: UserAccount, _ signIns: CustomerSignIns, _ repository: any StaffRepository) {
        var object = JSONWriter.object { writer in
            writer.member("customer", customer) { $1.customer($0) }
            writer.name("sessions_end_at")
            writer.array { writer in for end in signIns.sessionEnds { writer.string(end.rfc3339) } }
            writer.name("sign_in_places_used_at")
            writer.array { writer in for place in signIns.places { writer.string(place.usedAt.rfc3339) } }
        }
        object.removeLast()
        head = object
        let (id, max) = (customer.id, Self.itemsMax)
        lists = [
            Self.list(
                "orders", { $1.order($0) },
                { cursor throws(LoyaltyError) in
                    try repository.orders(of: id, from: cursor, limit: max)
                }),
            Self.list(
                "withdrawals", { $1.withdrawal($0) },
                { cursor throws(LoyaltyError) in
                    try repository.withdrawals(of: id, from: cursor, limit: max)
                }),
            Self.list(
                "ledger", { $1.entry($0) },
                { cursor throws(LoyaltyError) in
                    try repository.ledger(of: id, from: cursor, limit: max)
                }),
            Self.list(
                "actions", { $1.action($0) },
                { cursor throws(LoyaltyError) in
                    try repository.actions(on: id, from: cursor, limit: max)
                }),
        ]
    }

    private static func list<Item: Sendable>(
        _ name: String, _ write: @escaping (Item, inout JSONWriter) -> Void,
        _ read: @escaping (PageCursor?) throws(LoyaltyError) -> Eventual<Page<Item>, LoyaltyError>
    ) -> List {
        (
            name,
            { cursor throws(LoyaltyError) in
                try read(cursor).map { page in
                    let array = StaffList.array(page.items, write)
                    return (Array(array.dropFirst().dropLast()), page.items.isEmpty, page.next)
                }
            }
        )
    }

    func next() throws(BodyFailure) -> Eventual<[UInt8]?, BodyFailure> {
        if let head {
            self.head = nil
            return .now(head)
        }
        guard let list = lists.first else {
            defer { isDone = true }
            return .now(isDone ? nil : [UInt8(ascii: "}")])
        }
        let part: Eventual<Part, LoyaltyError>
        do throws(LoyaltyError) { part = try list.read(cursor) } catch { throw BodyFailure() }
        if case .now(let part) = part { return .now(bytes(of: part, in: list.name)) }
        return .later { () async throws(BodyFailure) in
            do throws(LoyaltyError) {
                return self.bytes(of: try await part.get(), in: list.name)
            } catch {
                throw BodyFailure()
            }
        }
    }

    private func bytes(of part: Part, in name: String) -> [UInt8] {
        var bytes = isBegun ? [] : Array(",\"\(name)\":[".utf8)
        if hasElement, !part.isEmpty { bytes.append(UInt8(ascii: ",")) }
        bytes += part.bytes
        hasElement = hasElement || !part.isEmpty
        (cursor, isBegun) = (part.next, true)
        if part.next == nil {
            bytes.append(UInt8(ascii: "]"))
            lists.removeFirst()
            (isBegun, hasElement) = (false, false)
        }
        return bytes
    }
}
