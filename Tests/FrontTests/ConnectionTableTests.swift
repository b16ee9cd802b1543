import Testing

@testable import Front

@Suite struct ConnectionTableTests {
    final class Item {
        let token: UInt64

        init(token: UInt64) {
            self.token = token
        }
    }

    @Test func aTokenOfOneThatHasGoneFindsNothingInItsPlace() {
        var table = ConnectionTable<Item>()
        let first = table.insert(Item.init)
        #expect(table[first.token] === first)
        table.remove(first.token)
        #expect(table[first.token] == nil)
        let second = table.insert(Item.init)
        #expect(UInt32(truncatingIfNeeded: second.token) == UInt32(truncatingIfNeeded: first.token))
        #expect(table[first.token] == nil)
        #expect(table[second.token] === second)
        #expect(table.count == 1)
    }

    @Test(arguments: [UInt64.max, UInt64(UInt32.max) << 32, 1, 1 << 32, UInt64(UInt32.max)])
    func whatNamesNoConnectionFindsNone(token: UInt64) {
        var table = ConnectionTable<Item>()
        #expect(table[token] == nil)
        let item = table.insert(Item.init)
        #expect(table[item.token] === item)
        #expect(table[token] == nil)
    }

    @Test(arguments: [1, 2, 3])
    func itAgreesWithADictionary(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var table = ConnectionTable<Item>()
        var model: [UInt64: Item] = [:]
        var gone: Set<UInt64> = []
        for step in 0..<5_000 {
            if model.isEmpty || Int.random(in: 0..<100, using: &generator) < (step / 500 % 2 == 0 ? 60 : 40) {
                let item = table.insert(Item.init)
                #expect(model[item.token] == nil && !gone.contains(item.token), "seed \(seed), step \(step)")
                model[item.token] = item
            } else {
                let token = model.keys.sorted().randomElement(using: &generator)!
                table.remove(token)
                model[token] = nil
                gone.insert(token)
            }
            let sample = gone.sorted().suffix(3)
            guard table.count == model.count, sample.allSatisfy({ table[$0] == nil }) else {
                Issue.record("seed \(seed), step \(step)")
                return
            }
        }
        #expect(model.allSatisfy { table[$0.key] === $0.value })
        #expect(gone.allSatisfy { table[$0] == nil })
        #expect(Set(table.all.map(\.token)) == Set(model.keys))
    }
}
