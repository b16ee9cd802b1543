import TestSupport
import Testing

@testable import SQLiteStore

/// A table of facts that were looked up before never answers for another key, and is bounded.
struct RecentFactsTests {
    private struct Key: RecentKey {
        let name: UInt64
        let slotHash: UInt64

        init(_ name: UInt64, hash: UInt64? = nil) {
            self.name = name
            slotHash = hash ?? name
        }
    }

    @Test func theOldestOfThreeKeysThatShareAPairOfSlotsIsDisplaced() {
        var facts = RecentFacts<Key, Int>(slotCountMax: 1024)
        let (a, b, c) = (Key(1, hash: 3), Key(2, hash: 3), Key(3, hash: 3 + 512))
        #expect(facts.fact(for: a) == nil)
        facts.insert(1, for: a)
        #expect(facts.fact(for: a) == 1 && facts.fact(for: b) == nil && facts.fact(for: c) == nil)
        facts.insert(2, for: a)
        #expect(facts.fact(for: a) == 2 && facts.count == 1)
        facts.insert(3, for: b)
        #expect(facts.fact(for: a) == 2 && facts.fact(for: b) == 3 && facts.count == 2)
        // Written again, the older of the two is the newer one.
        facts.insert(4, for: a)
        facts.insert(5, for: c)
        #expect(facts.fact(for: a) == 4 && facts.fact(for: b) == nil && facts.fact(for: c) == 5 && facts.count == 2)
    }

    /// Keys that follow each other, such as ids, have a slot each, and all are there until the limit.
    @Test(arguments: [2, 1024, 4096])
    func growsUpToItsLimit(slotCountMax: Int) {
        var facts = RecentFacts<Key, UInt64>(slotCountMax: slotCountMax)
        for key in 0..<UInt64(slotCountMax) {
            facts.insert(key * 2, for: Key(key))
            #expect(facts.count == Int(key) + 1)
        }
        for key in 0..<UInt64(slotCountMax) { #expect(facts.fact(for: Key(key)) == key * 2) }
        for key in 0..<UInt64(3 * slotCountMax) { facts.insert(key, for: Key(key)) }
        #expect(facts.count == slotCountMax)
        #expect(facts.fact(for: Key(0)) == nil)
    }

    /// Beside a dictionary of everything: a fact is the last of its key, or not there.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func agreesWithADictionary(seed: UInt64) {
        var generator = SeededRandom(seed: seed)
        var facts = RecentFacts<Key, Int>(slotCountMax: 2048)
        var all: [UInt64: Int] = [:]
        var foundCount = 0
        for step in 0..<20_000 {
            let name = UInt64.random(in: 0..<4000, using: &generator)
            let key = Key(name, hash: name &* 0x9E37_79B9)
            if let fact = facts.fact(for: key) {
                #expect(fact == all[name])
                foundCount += 1
            }
            facts.insert(step, for: key)
            all[name] = step
        }
        #expect(facts.count <= 2048 && foundCount > 1000)
    }
}
