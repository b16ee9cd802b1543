import TestSupport
import Testing

@testable import SQLiteStore

/// A table of facts that were read before never answers for another key, and is bounded.
struct RecentFactsTests {
    @Test func keysThatShareASlotDisplaceEachOther() {
        var facts = RecentFacts<String, Int>(slotCountMax: 1024)
        #expect(facts.fact(for: "a", hash: 3) == nil)
        facts.insert(1, for: "a", hash: 3)
        #expect(facts.fact(for: "a", hash: 3) == 1)
        #expect(facts.fact(for: "b", hash: 3) == nil && facts.fact(for: "b", hash: 3 + 1024) == nil)
        facts.insert(2, for: "a", hash: 3)
        #expect(facts.fact(for: "a", hash: 3) == 2 && facts.count == 1)
        facts.insert(3, for: "b", hash: 3 + 1024)
        #expect(facts.fact(for: "a", hash: 3) == nil)
        #expect(facts.fact(for: "b", hash: 3 + 1024) == 3 && facts.count == 1)
    }

    /// Keys that follow each other, such as ids, have a slot each, and all are there until the limit.
    @Test(arguments: [1, 1024, 4096])
    func growsUpToItsLimit(slotCountMax: Int) {
        var facts = RecentFacts<UInt64, UInt64>(slotCountMax: slotCountMax)
        for key in 0..<UInt64(slotCountMax) {
            facts.insert(key * 2, for: key, hash: key)
            #expect(facts.count == Int(key) + 1)
        }
        for key in 0..<UInt64(slotCountMax) { #expect(facts.fact(for: key, hash: key) == key * 2) }
        for key in 0..<UInt64(3 * slotCountMax) { facts.insert(key, for: key, hash: key) }
        #expect(facts.count == slotCountMax)
        #expect(facts.fact(for: 0, hash: 0) == nil)
    }

    /// Beside a dictionary of everything: a fact is the last of its key, or not there.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func agreesWithADictionary(seed: UInt64) {
        var generator = SeededRandom(seed: seed)
        var facts = RecentFacts<UInt64, Int>(slotCountMax: 2048)
        var all: [UInt64: Int] = [:]
        var foundCount = 0
        for step in 0..<20_000 {
            let key = UInt64.random(in: 0..<4000, using: &generator)
            if let fact = facts.fact(for: key, hash: key &* 0x9E37_79B9) {
                #expect(fact == all[key])
                foundCount += 1
            }
            facts.insert(step, for: key, hash: key &* 0x9E37_79B9)
            all[key] = step
        }
        #expect(facts.count <= 2048 && foundCount > 1000)
    }
}
