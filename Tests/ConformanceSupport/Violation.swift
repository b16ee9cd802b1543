import Eventual
import Loyalty

/// A store does not keep its contract.
package struct Violation: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Throws unless two values are equal.
func expect<Value: Equatable>(
    _ value: Value, _ expected: Value, file: String = #fileID, line: Int = #line
) throws {
    guard value != expected else { return }
    throw Violation("\(file):\(line): \(value) where the contract wants \(expected)")
}

/// Throws unless the condition holds.
func expect(_ condition: Bool, file: String = #fileID, line: Int = #line) throws {
    guard !condition else { return }
    throw Violation("\(file):\(line): the contract does not hold")
}

/// Throws unless the body throws this error.
func expect(
    _ expected: LoyaltyError, file: String = #fileID, line: Int = #line, from body: () async throws -> Void
) async throws {
    do {
        try await body()
    } catch let error as LoyaltyError where error == expected {
        return
    }
    throw Violation("\(file):\(line): no error where the contract wants \(expected)")
}

/// A whole list, read page by page.
func all<Item>(
    _ read: (PageCursor?) throws -> Eventual<Page<Item>, LoyaltyError>
) async throws -> [Item] {
    var items: [Item] = []
    var cursor: PageCursor?
    repeat {
        let page = try await read(cursor).get()
        items += page.items
        cursor = page.next
    } while cursor != nil
    return items
}
