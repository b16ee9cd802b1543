import TestSupport
import Testing

@testable import SignIn

@Suite struct FairQueueTests {
    /// Puts elements such as `a1`, whose key is the letter.
    private func put(_ names: [String], into queue: inout FairQueue<Character, String>) -> [String?] {
        names.map { queue.put($0, of: [$0.first!]) }
    }

    private func takeAll(of queue: inout FairQueue<Character, String>) -> [String] {
        var taken: [String] = []
        while let element = queue.take() { taken.append(element) }
        return taken
    }

    struct Case: Sendable {
        let put: [String]
        /// The elements that a queue of six refuses.
        let refused: [String]
        let taken: [String]
    }

    @Test(arguments: [
        Case(put: [], refused: [], taken: []),
        Case(put: ["a1", "a2", "a3"], refused: [], taken: ["a1", "a2", "a3"]),
        Case(put: ["a1", "a2", "a3", "b1"], refused: [], taken: ["a1", "b1", "a2", "a3"]),
        Case(put: ["a1", "a2", "b1", "c1", "b2"], refused: [], taken: ["a1", "b1", "c1", "a2", "b2"]),
        // The queue is full: the new element is refused, or displaces the newest of a key that has more.
        Case(
            put: ["a1", "a2", "a3", "a4", "a5", "a6", "a7"], refused: ["a7"],
            taken: ["a1", "a2", "a3", "a4", "a5", "a6"]),
        Case(
            put: ["a1", "a2", "a3", "a4", "a5", "a6", "b1", "b2", "b3", "b4"], refused: ["a6", "a5", "a4", "b4"],
            taken: ["a1", "b1", "a2", "b2", "a3", "b3"]),
        // A key with a single element does not give way.
        Case(
            put: ["a1", "b1", "c1", "d1", "e1", "f1", "g1"], refused: ["g1"],
            taken: ["a1", "b1", "c1", "d1", "e1", "f1"]),
    ])
    func servesInTurn(_ test: Case) {
        var queue = FairQueue<Character, String>(capacity: 6)
        #expect(put(test.put, into: &queue).compactMap { $0 } == test.refused)
        #expect(queue.count == test.taken.count)
        #expect(takeAll(of: &queue) == test.taken)
        #expect(queue.count == 0)
    }

    /// A network with many addresses has one turn, and gives way as one key.
    @Test func keysTakeTurnsAtEachLevelOfThePath() {
        var queue = FairQueue<Int, String>(capacity: 8)
        for address in 0..<8 { #expect(queue.put("flood \(address)", of: [1, 1, address]) == nil) }
        #expect(queue.put("other", of: [1, 2, 0]) == "flood 0")
        #expect(queue.put("far", of: [2, 0, 0]) == "flood 1")
        #expect(queue.put("more", of: [1, 1, 9]) == "more")
        #expect(queue.count == 8)
        let taken = (0..<8).map { _ in queue.take() }
        #expect(
            taken == ["flood 2", "far", "other", "flood 3", "flood 4", "flood 5", "flood 6", "flood 7"])
        #expect(queue.take() == nil)
    }

    @Test func aDrainedQueueIsEmpty() {
        var queue = FairQueue<Character, String>(capacity: 6)
        _ = put(["a1", "b1", "a2"], into: &queue)
        #expect(queue.removeAll().sorted() == ["a1", "a2", "b1"])
        #expect(queue.count == 0 && queue.take() == nil)
        #expect(queue.put("a3", of: ["a"]) == nil && queue.take() == "a3")
    }

    /// A model of the queue: one list in order of arrival, and the time at which each key was last served or arrived.
    private struct Model {
        var waiting: [(key: Int, element: Int)] = []
        var turns: [Int: Int] = [:]
        var turn = 0

        func length(_ key: Int) -> Int { waiting.count { $0.key == key } }

        mutating func put(_ element: Int, of key: Int, capacity: Int) -> Int? {
            var displaced: Int?
            if waiting.count == capacity {
                // Of keys with equal backlogs, the first in the rotation.
                let longest = turns.keys.max { (length($0), -turns[$0]!) < (length($1), -turns[$1]!) }!
                guard length(longest) > length(key) + 1 else { return element }
                displaced = waiting.remove(at: waiting.lastIndex { $0.key == longest }!).element
            }
            if length(key) == 0 { endTurn(of: key) }
            waiting.append((key, element))
            return displaced
        }

        mutating func take() -> Int? {
            guard let key = turns.min(by: { $0.value < $1.value })?.key else { return nil }
            let element = waiting.remove(at: waiting.firstIndex { $0.key == key }!).element
            if length(key) == 0 { turns[key] = nil } else { endTurn(of: key) }
            return element
        }

        private mutating func endTurn(of key: Int) {
            turn += 1
            turns[key] = turn
        }
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func aRandomRunIsServedLikeTheModel(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let capacity = Int.random(in: 1...20, using: &random)
        let keys = Int.random(in: 1...6, using: &random)
        var queue = FairQueue<Int, Int>(capacity: capacity)
        var model = Model()
        for round in 0..<2000 {
            // One key occurs more often than the others.
            let key = max(0, Int.random(in: -keys..<keys, using: &random))
            if Int.random(in: 0..<5, using: &random) < 3 {
                let expected = model.put(round, of: key, capacity: capacity)
                #expect(queue.put(round, of: [key]) == expected, "seed \(seed), round \(round)")
            } else {
                #expect(queue.take() == model.take(), "seed \(seed), round \(round)")
            }
            #expect(queue.count == model.waiting.count)
        }
    }
}
