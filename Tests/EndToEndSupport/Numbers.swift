import Posix
import Synchronization

/// A number that passes the Luhn check, from the digits before its last one. It is computed here, because these tests
/// share no code with the server that they judge.
package func orderNumber(_ prefix: some BinaryInteger) -> String {
    let digits = String(prefix).compactMap(\.wholeNumberValue)
    let sum = digits.reversed().enumerated().reduce(0) { sum, element in
        let doubled = element.offset % 2 == 0 ? element.element * 2 : element.element
        return sum + (doubled > 9 ? doubled - 9 : doubled)
    }
    return "\(prefix)\((10 - sum % 10) % 10)"
}

/// Runs the body on `count` threads at once, which start together. Returns their results, or throws the first error.
package func atOnce<Value: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (_ index: Int) throws -> Value
) throws -> [Value] {
    let results = Mutex<[Result<Value, any Error>]>([])
    let gate = Gate(count)
    let threads = (0..<count).map { index in
        Posix.Thread(name: "client-\(index)") {
            let result = Result {
                gate.arrive()
                return try body(index)
            }
            results.withLock { $0.append(result) }
        }
    }
    for thread in threads { thread.join() }
    return try results.withLock { try $0.map { try $0.get() } }
}

/// Holds each that arrives until all have.
private final class Gate: Sendable {
    private let openings: BlockingQueue<Void>
    private let count: Int
    private let arrived = Mutex(0)

    init(_ count: Int) {
        self.count = count
        openings = BlockingQueue(capacity: count)
    }

    func arrive() {
        let isLast = arrived.withLock { arrived in
            arrived += 1
            return arrived == count
        }
        if isLast { for _ in 0..<count { _ = openings.put(()) } }
        _ = openings.take()
    }
}
