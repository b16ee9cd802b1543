import Eventual
import Testing

@Suite("Eventual values") struct EventualTests {
    private struct Refusal: Error, Equatable { let reason: String }
    private typealias Number = Eventual<Int, Refusal>

    private static func wait(for number: Int) -> Number {
        .later { () async throws(Refusal) in
            await Task.yield()
            return number
        }
    }

    private static func failing(_ reason: String) -> Number {
        .later { () async throws(Refusal) in throw Refusal(reason: reason) }
    }

    /// How a chain ends, and how many of its steps were taken before anything was waited for.
    private struct Result: Equatable {
        var value: String
        var isThere: Bool
    }

    private static func result(_ value: Eventual<String, Refusal>) async -> Result {
        let isThere = if case .now = value { true } else { false }
        do throws(Refusal) {
            return Result(value: try await value.get(), isThere: isThere)
        } catch {
            return Result(value: "refused: \(error.reason)", isThere: isThere)
        }
    }

    @Test("map keeps a value that is there, and waits for one that is not") func mapping() async throws {
        #expect(await Self.result(try Number.now(1).map { "\($0)" }) == Result(value: "1", isThere: true))
        #expect(await Self.result(try Self.wait(for: 2).map { "\($0)" }) == Result(value: "2", isThere: false))
        let failed = try Self.failing("disk").map { "\($0)" }
        #expect(await Self.result(failed) == Result(value: "refused: disk", isThere: false))
    }

    @Test("A chain is there if each of its values is") func chaining() async throws {
        let values: [(name: String, make: (Int) -> Number)] = [("now", { .now($0) }), ("later", Self.wait)]
        for first in values {
            for second in values {
                let chain = try first.make(1).then { (one) throws(Refusal) in
                    try second.make(one + 1).map { "\(one), \($0)" }
                }
                let isThere = first.name == "now" && second.name == "now"
                #expect(
                    await Self.result(chain) == Result(value: "1, 2", isThere: isThere), "\(first.name), \(second.name)"
                )
            }
        }
    }

    @Test("An error of a step comes at once if the value is there, else from get()") func errors() async throws {
        #expect(throws: Refusal(reason: "odd")) {
            _ = try Number.now(1).map { (_) throws(Refusal) -> String in throw Refusal(reason: "odd") }
        }
        #expect(throws: Refusal(reason: "odd")) {
            _ = try Number.now(1).then { (_) throws(Refusal) -> Number in throw Refusal(reason: "odd") }
        }
        let later = try Self.wait(for: 1).then { (_) throws(Refusal) -> Eventual<String, Refusal> in
            throw Refusal(reason: "odd")
        }
        #expect(await Self.result(later) == Result(value: "refused: odd", isThere: false))
    }
}
