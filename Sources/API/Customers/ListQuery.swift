import HTTP
import Hashing
import Loyalty
import Web

/// The requested part of a list: `?limit=50&cursor=…`, or all of it.
struct ListQuery {
    static let limitMax = 1000

    /// `nil` for the whole list.
    let limit: Int?
    let cursor: PageCursor?

    /// Parameters of other names are ignored.
    ///
    /// - Throws: ``LoyaltyError/malformed(_:)`` if the limit is no number in the range, or if the cursor was not issued
    ///   by this list.
    init(_ request: Request, of user: UserID) throws(LoyaltyError) {
        var limit: Int?
        var cursor: PageCursor?
        for (name, value) in request.parameters {
            if name.equals("limit") {
                guard limit == nil, let count = Self.number(value), (1...Self.limitMax).contains(count) else {
                    throw .malformed("\"limit\" is not a whole number from 1 to \(Self.limitMax).")
                }
                limit = count
            } else if name.equals("cursor") {
                guard cursor == nil, let position = Self.cursor(value, of: user, at: request.path) else {
                    throw .malformed("\"cursor\" was not issued by this list.")
                }
                cursor = position
            }
        }
        if cursor != nil, limit == nil { throw .malformed("\"cursor\" needs a \"limit\".") }
        self.limit = limit
        self.cursor = cursor
    }

    /// The path and query of the next page of the list at the path.
    ///
    /// - Parameter others: the parameters that select the list, each with `&` before it.
    static func target(
        limit: Int, cursor: PageCursor, of user: UserID, at path: ArraySlice<UInt8>, others: String = ""
    ) -> String {
        let position = String(cursor.rawValue, radix: 36)
        let check = String(check(position, of: user, at: path), radix: 36)
        return "\(String(decoding: path, as: UTF8.self))?limit=\(limit)&cursor=\(position).\(check)\(others)"
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        let areDigits = digits.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        return areDigits ? Int(String(decoding: digits, as: UTF8.self)) : nil
    }

    private static func cursor(
        _ text: ArraySlice<UInt8>, of user: UserID, at path: ArraySlice<UInt8>
    ) -> PageCursor? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard parts.count == 2, let value = Int64(parts[0], radix: 36), value > 0,
            String(value, radix: 36) == parts[0], String(check(parts[0], of: user, at: path), radix: 36) == parts[1]
        else { return nil }
        return PageCursor(rawValue: value)
    }

    /// Finds cursors that were cut, altered, or issued to another user or by another list. It is not there for secrecy:
    /// wherever a list begins, it shows only the user's own entries.
    private static func check(_ position: String, of user: UserID, at path: ArraySlice<UInt8>) -> UInt32 {
        FNV1a.hash32(Array("\(position)/\(user.rawValue)".utf8) + path)
    }
}
