import Eventual
import HTTP
import JSON
import Loyalty
import Storage

/// Everything that is stored about a customer, as one JSON document. It is read and written one page at a time, so that
/// a long history needs no more memory than a short one.
package final class CustomerExport: BodyParts {
    /// The entries that are read at a time, in about half a millisecond.
    private static let itemsMax = 512

    private let customer: UserID
    private let repository: any StaffRepository
    private var head: [UInt8]?
    private var lists = CustomerList.allCases[...]
    private var cursor: PageCursor?
    /// True if the present list has an element already.
    private var hasElement = false
    private var isBegun = false
    private var isDone = false

    init(of customer: UserAccount, _ signIns: CustomerSignIns, _ repository: any StaffRepository) {
        (self.customer, self.repository) = (customer.id, repository)
        head = Self.head(of: customer, signIns).dropLast()
    }

    /// The members of the document that are no lists of ``CustomerList``, as an object.
    package static func head(of customer: UserAccount, _ signIns: CustomerSignIns) -> [UInt8] {
        JSONWriter.object { writer in
            writer.member("customer", customer) { $1.customer($0) }
            writer.name("sessions_end_at")
            writer.array { writer in for end in signIns.sessionEnds { writer.string(end.rfc3339) } }
            writer.name("sign_in_places_used_at")
            writer.array { writer in for place in signIns.places { writer.string(place.usedAt.rfc3339) } }
        }
    }

    package func next() throws(BodyFailure) -> Eventual<[UInt8]?, BodyFailure> {
        if let head {
            self.head = nil
            return .now(head)
        }
        guard let list = lists.first else {
            defer { isDone = true }
            return .now(isDone ? nil : [UInt8(ascii: "}")])
        }
        let part: Eventual<CustomerList.Part, LoyaltyError>
        do throws(LoyaltyError) {
            part = try list.page(of: customer, from: cursor, limit: Self.itemsMax, in: repository)
        } catch {
            throw BodyFailure()
        }
        if case .now(let part) = part { return .now(bytes(of: part, in: list.rawValue)) }
        return .later { () async throws(BodyFailure) in
            do throws(LoyaltyError) {
                return self.bytes(of: try await part.get(), in: list.rawValue)
            } catch {
                throw BodyFailure()
            }
        }
    }

    private func bytes(of part: CustomerList.Part, in name: String) -> [UInt8] {
        var bytes = isBegun ? [] : Array(",\"\(name)\":[".utf8)
        if hasElement, !part.isEmpty { bytes.append(UInt8(ascii: ",")) }
        bytes += part.array.dropFirst().dropLast()
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
